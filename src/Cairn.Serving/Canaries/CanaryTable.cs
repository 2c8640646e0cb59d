using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Variants;
using Cairn.Storage;

namespace Cairn.Serving.Canaries;

/// <summary>A row of <c>canaries</c>.</summary>
/// <param name="Plan">JSON: <see cref="CanarySettings"/>.</param>
/// <param name="Counts">JSON of the step so far.</param>
/// <param name="Past">JSON: the steps before it, as they are told.</param>
/// <param name="EventId">The last event of this canary: the cause of the next.</param>
internal sealed record CanaryRow(
    WorkspaceId WorkspaceId, string Deployment, long Number, string Variant, string Model, long Version, long ChampionVersion, string Plan, string State, long Step, long StepAt, string Counts,
    long? LatencyLimit, string Past, string? Cause, string? Reason, string StartedBy, long StartedAt, long? EndedAt, long EventId)
{
    /// <value>The largest share it will have, in millionths.</value>
    public int LargestSize => SizeOf(ReadPlan().Steps[^1].Weight);

    public static int SizeOf(double weight) => (int)Math.Round(weight * TrafficPart.Whole);

    public CanarySettings ReadPlan() => JsonSerializer.Deserialize<CanarySettings>(Plan, CairnJson.Options)!;

    public CanaryProgress ReadProgress() => new(ReadPlan(), State, (int)Step, StepAt, CanaryCounts.Read(Counts), LatencyLimit);

    public IReadOnlyList<CanaryPastStepWire> ReadPast() => JsonSerializer.Deserialize<IReadOnlyList<CanaryPastStepWire>>(Past, CairnJson.Options)!;

    public CanaryRow With(CanaryProgress progress) => this with
    {
        State = progress.State, Step = progress.Step, StepAt = progress.StepAt, Counts = progress.Counts.Write(), LatencyLimit = progress.SlowBefore,
    };

    public CanaryWire ToWire(long now)
    {
        var progress = ReadProgress();
        var lacks = progress.State == CanaryProgress.Running ? progress.Lacks(now) : [];
        return new(
            Deployment, Number, Variant, Model, Version, ChampionVersion, State, Cause, lacks.Count > 0 ? $"Waits for {string.Join(", ", lacks)}." : Reason, (int)Step + 1, progress.Weight, StepAt,
            StartedBy, StartedAt, EndedAt, progress.Plan.Steps, progress.Plan.Limits, progress.Plan.WhenDone, progress.Counts.ToWire(progress.SlowAbove), ReadPast());
    }
}

internal static class CanaryTable
{
    private const string Columns = "workspace_id, deployment, number, variant, model, version, champion_version, plan, state, step, step_at, counts, latency_limit, past, cause, reason, started_by, started_at, ended_at, event_id";

    private const string Select = $"SELECT {Columns} FROM canaries WHERE workspace_id = @workspace AND deployment = @deployment";

    /// <summary>The one that is not over; null when there is none.</summary>
    public static CanaryRow? Running(ReadTransaction transaction, WorkspaceId workspace, string deployment) =>
        Last(transaction, workspace, deployment) is { } row && row.State is CanaryProgress.Running or CanaryProgress.Waiting ? row : null;

    /// <summary>The one that is not over, else the one that ended last.</summary>
    public static CanaryRow? Last(ReadTransaction transaction, WorkspaceId workspace, string deployment) =>
        transaction.First<CanaryRow>($"{Select} ORDER BY number DESC LIMIT 1", new { workspace, deployment });

    public static CanaryRow? Find(ReadTransaction transaction, WorkspaceId workspace, string deployment, long number) =>
        transaction.First<CanaryRow>($"{Select} AND number = @number", new { workspace, deployment, number });

    /// <summary>Newest first.</summary>
    public static IReadOnlyList<CanaryRow> Page(ReadTransaction transaction, WorkspaceId workspace, string deployment, long before, int limit) => transaction.Query<CanaryRow>(
        $"{Select} AND number < @before ORDER BY number DESC LIMIT @limit", new { workspace, deployment, before, limit });

    public static void Insert(WriteTransaction transaction, CanaryRow row) => transaction.Execute(
        $"""
        INSERT INTO canaries ({Columns})
        VALUES (@WorkspaceId, @Deployment, @Number, @Variant, @Model, @Version, @ChampionVersion, @Plan, @State, @Step, @StepAt, @Counts, @LatencyLimit, @Past, @Cause, @Reason, @StartedBy, @StartedAt,
                @EndedAt, @EventId)
        """, row);

    public static void Update(WriteTransaction transaction, CanaryRow row) => transaction.Execute(
        """
        UPDATE canaries SET state = @State, step = @Step, step_at = @StepAt, counts = @Counts, latency_limit = @LatencyLimit, past = @Past, cause = @Cause, reason = @Reason, ended_at = @EndedAt, event_id = @EventId
        WHERE workspace_id = @WorkspaceId AND deployment = @Deployment AND number = @Number
        """, row);
}

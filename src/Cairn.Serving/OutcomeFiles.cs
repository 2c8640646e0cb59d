using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Truth;

namespace Cairn.Serving;

/// <summary>Takes CSV and Parquet files of outcomes in, a stretch after the other. What is taken in twice changes nothing.</summary>
public sealed class OutcomeFiles
{
    /// <value>For each stretch the predictions of its period are gone through once.</value>
    private const int RowsAtOnce = 500_000;

    private readonly LiveDeployments _live;
    private readonly OutcomeIntake _intake;
    private readonly RowSources _sources;
    private readonly Analytics _analytics;
    private readonly TimeProvider _clock;

    internal OutcomeFiles(LiveDeployments live, OutcomeIntake intake, RowSources sources, Analytics analytics, TimeProvider clock) =>
        (_live, _intake, _sources, _analytics, _clock) = (live, intake, sources, analytics, clock);

    /// <summary>The columns with the deployment they are for; or why no file can be read by them.</summary>
    public Answer<OutcomeColumnsWire> Check(WorkspaceId workspace, OutcomeColumnsWire asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var found = asked.Deployment is null ? _live.FindDefault(workspace) : _live.Find(workspace, asked.Deployment);
        if (found.Refusal is { } unknown) return unknown;
        if (string.IsNullOrEmpty(asked.Value)) return new Refusal.Invalid("outcome.columns", "No column of values was named. Say which has the class: value=Churn.");
        if (string.IsNullOrEmpty(asked.PredictionId) == string.IsNullOrEmpty(asked.Entity))
            return new Refusal.Invalid("outcome.columns", "Name the column of the prediction (prediction_id=...), or that of the entity (entity=..., with time=...): one of the two.");
        if (string.IsNullOrEmpty(asked.PredictionId) && string.IsNullOrEmpty(asked.Time))
            return new Refusal.Invalid("outcome.columns", "Outcomes by entity need the column that says when they became true: time=...");
        if (asked.Timezone is { } name && !TimeZoneInfo.TryFindSystemTimeZoneById(name, out _))
            return new Refusal.Invalid("outcome.timezone", $"There is no time zone '{name}'. Name one as Europe/Berlin; left out, it is UTC.");
        return asked with { Deployment = found.Value.Row.Name, PredictionId = Given(asked.PredictionId), Entity = Given(asked.Entity), Time = Given(asked.Time) };

        static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
    }

    /// <param name="path">Absolute. It is read more than once.</param>
    /// <param name="columns">As <see cref="Check"/> answered.</param>
    /// <param name="told">What was counted so far, all of it stored, and the share of the file that is read.</param>
    public async Task<Answer<OutcomeImportWire>> Take(Caller caller, string path, OutcomeColumnsWire columns, Func<OutcomeImportWire, double, Task> told, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var zone = columns.Timezone is { } name ? TimeZoneInfo.FindSystemTimeZoneById(name) : TimeZoneInfo.Utc;
        var places = new OutcomeColumns(columns.Deployment!, columns.PredictionId, columns.Entity, columns.Value, columns.Time, columns.Correction, zone);
        try
        {
            var opened = await _sources.Open([path], places.Contracts, RowsAtOnce, cancellation);
            if (opened.Refusal is { } unreadable) return unreadable;
            var counted = new ImportCounts();
            await _analytics.Run(
                [path],
                async reading =>
                {
                    foreach (var piece in new OutcomeFile(reading, opened.Value, places).Pieces(_clock.Micros()))
                    {
                        counted.Add(await _intake.Take(caller, "", piece, cancellation));
                        await told(counted.ToWire(done: false), (double)counted.Rows / Math.Max(1, opened.Value.Rows));
                    }

                    return true;
                },
                cancellation);
            return counted.ToWire(done: true);
        }
        catch (InvalidDataException e)
        {
            return new Refusal.Invalid("outcome.file-invalid", $"The file cannot be read: {e.Message}");
        }
    }
}

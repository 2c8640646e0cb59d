using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Truth;
using Cairn.Storage;

namespace Cairn.Serving;

/// <summary>What became of predictions.</summary>
public sealed class Outcomes
{
    private readonly LogDatabase _database;
    private readonly OutcomeMatch _match;
    private readonly TimeProvider _clock;

    internal Outcomes(LogDatabase database, OutcomeMatch match, TimeProvider clock) => (_database, _match, _clock) = (database, match, clock);

    /// <summary>How long a deployment waits for outcomes, and what their absence means.</summary>
    public OutcomeWindow WindowOf(WorkspaceId workspace, string deployment) => _match.WindowOf(workspace, deployment);

    /// <summary>What is in force of all that was told about the predictions of a stretch of time, in pieces, in the order of their ids.</summary>
    /// <param name="fromMs">Milliseconds, as inside the ids of the predictions; included.</param>
    /// <param name="toMs">Not included.</param>
    public async IAsyncEnumerable<IReadOnlyList<PredictionOutcome>> Scan(
        WorkspaceId workspace, string deployment, long fromMs, long toMs, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var from = OutcomeTable.Prefix(fromMs);
        while (await _database.Read(transaction => OutcomeTable.Page(transaction, workspace, deployment, from, toMs), cancellation) is { Count: > 0 } rows)
        {
            yield return InForce(rows);
            from = rows[^1].Subject + "0"; // longer than an id: after it and before the next
        }
    }

    /// <summary>The same in one piece, by prediction: for a caller who goes through the predictions hour by hour.</summary>
    public async Task<IReadOnlyDictionary<Guid, PredictionOutcome>> Of(WorkspaceId workspace, string deployment, long fromMs, long toMs, CancellationToken cancellation)
    {
        var all = new Dictionary<Guid, PredictionOutcome>();
        await foreach (var piece in Scan(workspace, deployment, fromMs, toMs, cancellation))
        {
            foreach (var outcome in piece) all[outcome.PredictionId] = outcome;
        }

        return all;
    }

    /// <summary>All that was told about a prediction, newest first, and what is held to be true.</summary>
    public async Task<PredictionOutcomesWire> About(WorkspaceId workspace, string deployment, Guid prediction, CancellationToken cancellation)
    {
        var id = prediction.ToString("N");
        var rows = (await _database.Read(transaction => OutcomeTable.About(transaction, workspace, deployment, [id]), cancellation)).Where(row => row.Positive is not null).ToList();
        var (window, ms) = (WindowOf(workspace, deployment), Uuid7.TimeOf(prediction) ?? 0);
        var inForce = rows.Count > 0 ? InForce([.. rows.Select(row => row.Told)])[0] : (PredictionOutcome?)null;
        var label = window.LabelOf(ms, inForce, _clock.Micros() / 1000);
        var truth = new TruthWire(
            label.State switch { LabelState.Known => "known", LabelState.AssumedNegative => "assumed_negative", LabelState.Open => "open", _ => "unknown" },
            label.Positive, inForce?.Value, inForce?.ObservedAt, inForce is { } known && window.IsLate(ms, known.ObservedAt), inForce is { Contradicted: true }, window.ClosesAt(ms) * 1000);
        return new(truth, [.. OutcomeStates.Of(rows, rows, window).Reverse()]);
    }

    /// <param name="rows">All of each prediction, one prediction after the other, in the order of arrival.</param>
    private static List<PredictionOutcome> InForce(IReadOnlyList<ToldRow> rows)
    {
        var (outcomes, statements) = (new List<PredictionOutcome>(rows.Count), new List<Statement>());
        for (var i = 0; i < rows.Count; i++)
        {
            statements.Add(rows[i].Statement);
            if (i + 1 < rows.Count && rows[i + 1].Subject == rows[i].Subject) continue;
            var ruling = Ruling.Of(CollectionsMarshal.AsSpan(statements));
            var deciding = statements[ruling.Deciding];
            outcomes.Add(new(Guid.ParseExact(rows[i].Subject, "N"), deciding.Value, deciding.Positive, ruling.Since, ruling.Contradicted));
            statements.Clear();
        }

        return outcomes;
    }
}

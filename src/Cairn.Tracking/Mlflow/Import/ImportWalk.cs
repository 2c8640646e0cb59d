using System.Data.Common;
using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Tracking.Mlflow.Import;

/// <summary>
/// One import at work: it walks over the tables of the store and writes stretches of rows, each in one transaction with the place it has come to.
/// A process killed anywhere goes on behind the last stretch; a stretch written twice has the effect of once.
/// </summary>
internal sealed class ImportWalk(Database database, Caller caller, string import, SourceStore store, TimeProvider clock, Action<double, string> report, CancellationToken cancellation)
{
    public SourceStore Store => store;

    public Database Database => database;

    public Caller Caller => caller;

    public WorkspaceId Workspace => caller.Workspace;

    public string Import => import;

    public long Now => clock.Micros();

    public CancellationToken Cancellation => cancellation;

    public void Report(double progress, string message) => report(progress, message);

    /// <summary>Takes what is left of a table.</summary>
    /// <param name="step">The name under which its place is kept.</param>
    /// <param name="what">In the plural, for a person.</param>
    public async Task Over<T>(string step, string what, string table, string columns, string joins, int rows, Func<DbDataReader, T> read, Action<WriteTransaction, IReadOnlyList<T>, StepTally> write)
    {
        var last = store.Last(table);
        var (tally, started) = (await Find(step), clock.GetTimestamp());
        for (var read0 = tally.Taken + tally.Here; ;)
        {
            cancellation.ThrowIfCancellationRequested();
            var next = store.Next(table, columns, joins, tally.Position, rows, read);
            if (next.Count == 0) break;

            var stretch = next.Select(row => row.Row).ToList();
            tally = await database.Write(
                transaction =>
                {
                    // Read anew: the work may run again after a conflict, and what it counted then did not happen.
                    var grown = StepTally.Find(transaction, Workspace, import, step);
                    write(transaction, stretch, grown);
                    grown.Position = next[^1].At;
                    grown.Save(transaction, Workspace, import);
                    return grown;
                },
                cancellation);
            var seconds = clock.GetElapsedTime(started).TotalSeconds;
            report((double)Math.Max(1, tally.Position) / Math.Max(1, last), $"{tally.Taken + tally.Here:N0} {what}{(seconds > 0.5 ? $", {(tally.Taken + tally.Here - read0) / seconds:N0} a second" : "")}");
        }
    }

    public Task<StepTally> Find(string step) => database.Read(transaction => StepTally.Find(transaction, Workspace, import, step), cancellation);

    /// <summary>Which experiment here an experiment of the store is.</summary>
    public async Task<IReadOnlyDictionary<long, long>> Experiments() => (await database.Read(
        transaction => transaction.Query<MappedExperiment>(
            "SELECT source_id, experiment_id FROM mlflow_import_experiments WHERE workspace_id = @workspace AND import_id = @import", new { workspace = Workspace.Value, import }),
        cancellation)).ToDictionary(row => row.SourceId, row => row.ExperimentId);

    /// <summary>The runs of a stretch that are here.</summary>
    public IReadOnlyDictionary<string, KnownRun> Runs(ReadTransaction transaction, IEnumerable<string> ids) => transaction.Query<KnownRun>(
        $"SELECT run_id, experiment_id, started_at FROM runs WHERE workspace_id = @workspace AND run_id {transaction.Among("ids")}",
        new { workspace = Workspace.Value, ids = transaction.Texts([.. ids.Distinct(StringComparer.Ordinal)]) }).ToDictionary(run => run.RunId, StringComparer.Ordinal);

    private sealed record MappedExperiment
    {
        public long SourceId { get; init; }

        public long ExperimentId { get; init; }
    }
}

/// <summary>What is written beside what a run logged.</summary>
internal sealed record KnownRun
{
    public string RunId { get; init; } = "";

    public long ExperimentId { get; init; }

    public long StartedAt { get; init; }
}

using Cairn.Data;
using Cairn.Kernel;
using Cairn.Serving.Log;
using Cairn.Serving.Segments;
using Cairn.Storage;

namespace Cairn.Serving.Queries;

/// <summary>The predictions of a plan as one relation of DuckDB: its segments, and what still stands in blocks as a table in memory.</summary>
internal sealed class LogRelation(Predictions predictions, LogDatabase database, SegmentReader segments)
{
    private const int MostSegments = 10_000, Attempts = 5;
    private const long MostHotRows = 5_000_000, RowsAtOnce = 20_000;

    /// <summary>Null: one DuckDB can hold it.</summary>
    public static Refusal? TooLarge(LogPlan plan) => plan.Segments.Count > MostSegments || plan.HotRows > MostHotRows
        ? new Refusal.TooLarge("prediction.range-too-large",
            $"The predictions asked for are in {plan.Segments.Count} segments, and {plan.HotRows} rows are in none yet; at most {MostSegments} and {MostHotRows} are looked at together. Name a deployment, or a shorter time with from and to.")
        : null;

    /// <param name="work">Gets the relation as SQL, with the columns of a segment but the last.</param>
    public async Task<T> Run<T>(LogPlan plan, Func<AnalyticsJob, string, IReadOnlyCollection<LogSourceRow>, Task<T>> work, CancellationToken cancellation, AnalyticsOptions? limits = null)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var (whole, answer) = await segments.Run(
                plan.Segments,
                async job => await Fill(job, plan, cancellation) ? (true, await work(job, Sql(job, plan), [.. plan.Sources.Values])) : (false, default(T)),
                cancellation,
                limits);
            if (whole) return answer!;
            plan = await predictions.Plan(plan.Workspace, plan.Deployment, plan.FromMs, plan.ToMs, cancellation);
        }

        throw new StorageException(StorageFault.Unavailable, "The predictions asked for were rolled into segments faster than they could be read. Ask again in a moment.");
    }

    /// <returns>False: some were rolled into a segment meanwhile.</returns>
    private async Task<bool> Fill(AnalyticsJob job, LogPlan plan, CancellationToken cancellation)
    {
        using var table = new RecordTable(job);
        foreach (var some in BlockSize.InPieces(plan.Blocks, RowsAtOnce))
        {
            var blocks = await database.Read(transaction => Block.Read(transaction, some), cancellation);
            if (blocks.Count < some.Count) return false;
            foreach (var block in blocks) Add(table, block);
        }

        table.Complete();
        return true;
    }

    private static void Add(RecordTable table, Block block)
    {
        var records = new BlockReader(block.Body);
        while (records.Next()) table.Add(records.Record, block.BlockId);
    }

    private static string Sql(AnalyticsJob job, LogPlan plan)
    {
        var between = SegmentColumns.Between(plan.FromMs, plan.ToMs);
        var hot = $"SELECT {SegmentColumns.Names} FROM ({SegmentColumns.Of(RecordTable.Name, [.. plan.Sources.Values])}) WHERE {between}";
        return plan.Segments.Count == 0 ? hot : $"SELECT {SegmentColumns.Names} FROM {SegmentReader.From(job, plan.Segments.Count)} WHERE {between} UNION ALL {hot}";
    }
}

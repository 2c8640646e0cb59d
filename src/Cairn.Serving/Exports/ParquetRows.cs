using Cairn.Data;
using Cairn.Serving.Log;
using Cairn.Serving.Queries;
using Cairn.Serving.Segments;

namespace Cairn.Serving.Exports;

/// <summary>Predictions as one Parquet file: the columns of a segment, and the names of the features beside their values.</summary>
internal static class ParquetRows
{
    private static readonly AnalyticsOptions Limits = new() { Threads = 1, MemoryMegabytes = 1024 };

    public static Task Write(LogRelation relation, LogPlan plan, Stream body, CancellationToken cancellation) => relation.Run(
        plan,
        async (job, rows, sources) =>
        {
            var path = Path.Combine(job.Folder, "export.parquet");
            job.Execute($"COPY (SELECT {SegmentColumns.Names.Replace(", sealed", "", StringComparison.Ordinal)}, {SegmentColumns.FeatureNames(sources)} AS feature_names FROM ({rows})) TO {AnalyticsJob.Text(path)} {AnalyticsJob.ExactParquet}");
            await using var file = new FileStream(path, new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
            await file.CopyToAsync(body, cancellation);
            return true;
        },
        cancellation,
        Limits);
}

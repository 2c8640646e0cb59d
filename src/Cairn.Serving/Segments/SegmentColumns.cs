using System.Globalization;
using System.Text.Json;
using Cairn.Data;
using Cairn.Serving.Log;

namespace Cairn.Serving.Segments;

/// <summary>The columns of a segment, as docs/reference/predictions.md describes them: format 1.</summary>
internal static class SegmentColumns
{
    /// <value>In a segment of 400,000 rows a row is found in 25 ms, with the 122,880 that DuckDB would take in 100.</value>
    private const int RowsOfGroup = 16_384;

    /// <value>Without the one at the end that says which block a row is from.</value>
    public const string Names =
        "prediction_id, time, deployment, variant, shadow, batch, model, version, package_digest, evaluator, entity, caller, prediction, probability, threshold, latency_us, source_id, features, sealed, inputs";

    /// <summary>Records as a segment has them.</summary>
    /// <param name="sources">All that the records name.</param>
    public static string Of(string records, IReadOnlyCollection<LogSourceRow> sources)
    {
        string Text(Func<LogSourceRow, string> value) => Case(sources, source => AnalyticsJob.Text(value(source)), "VARCHAR");
        string Whole(Func<LogSourceRow, long> value) => Case(sources, source => value(source).ToString(CultureInfo.InvariantCulture), "BIGINT");
        var threshold = Case(sources, source => $"'{source.Threshold:R}'", "DOUBLE");
        return $"""
            SELECT prediction_id, make_timestamp(micros) AS time, {Text(s => s.Deployment)} AS deployment, {Text(s => s.Variant)} AS variant,
                (flags & {(int)RecordFlags.Shadow}) <> 0 AS shadow, (flags & {(int)RecordFlags.Batch}) <> 0 AS batch, {Text(s => s.Model)} AS model, {Whole(s => s.Version)} AS version,
                {Text(s => s.PackageDigest.Hex)} AS package_digest, {Whole(s => s.Evaluator)} AS evaluator, entity, caller,
                CASE WHEN probability >= {threshold} AND NOT isnan(probability) THEN {Text(s => s.Positive)} ELSE {Text(s => s.Negative)} END AS prediction,
                probability, {threshold} AS threshold, latency_us, source_id, features, sealed, inputs, block
            FROM {records}
            """;
    }

    /// <summary>The names of the features, as a list in the order of <c>features</c>.</summary>
    public static string FeatureNames(IReadOnlyCollection<LogSourceRow> sources) =>
        Case(sources, source => $"[{string.Join(", ", source.FeatureNames.Select(AnalyticsJob.Text))}]", "VARCHAR[]");

    public static void Write(AnalyticsJob job, string path, IReadOnlyCollection<LogSourceRow> sources)
    {
        var features = sources.ToDictionary(source => source.SourceId.ToString(CultureInfo.InvariantCulture), source => source.FeatureNames, StringComparer.Ordinal);
        job.Execute($$"""
            COPY ({{Of(RecordTable.Name, sources)}}) TO {{AnalyticsJob.Text(path)}}
            (FORMAT parquet, COMPRESSION zstd, DICTIONARY_SIZE_LIMIT 0, ROW_GROUP_SIZE {{RowsOfGroup}}, KV_METADATA {cairn_format: '1', cairn_features: {{AnalyticsJob.Text(JsonSerializer.Serialize(features))}}})
            """);
    }

    /// <summary>Ids of a stretch of time, as a condition: ids are in the order of their digits, and those begin with the time.</summary>
    public static string Between(long fromMs, long toMs) => $"prediction_id >= '{Prefix(fromMs)}' AND prediction_id < '{Prefix(toMs)}'";

    private const long LastMs = (1L << 48) - 1;

    private static string Prefix(long ms) => Math.Clamp(ms, 0, LastMs).ToString("x12", CultureInfo.InvariantCulture);

    private static string Case(IReadOnlyCollection<LogSourceRow> sources, Func<LogSourceRow, string> value, string type)
    {
        var values = sources.Select(source => (source.SourceId, Value: value(source))).ToList();
        if (values.Count == 0) return $"CAST(NULL AS {type})";
        if (values.TrueForAll(one => one.Value == values[0].Value)) return $"CAST({values[0].Value} AS {type})";
        return $"CAST(CASE source_id {string.Join(' ', values.Select(one => $"WHEN {one.SourceId.ToString(CultureInfo.InvariantCulture)} THEN {one.Value}"))} END AS {type})";
    }
}

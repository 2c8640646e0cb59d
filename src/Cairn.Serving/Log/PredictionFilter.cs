using Cairn.Data;

namespace Cairn.Serving.Log;

/// <summary>Which predictions a list wants; what is null does not matter.</summary>
/// <param name="FromMs">Milliseconds, as inside the ids; included.</param>
/// <param name="ToMs">Not included.</param>
internal sealed record PredictionFilter(string? Deployment, string? Entity, long FromMs, long ToMs, string? Variant, long? Version, bool? Shadow)
{
    public bool NamesSources => Variant is not null || Version is not null;

    /// <value>True: about as many rows match as there are.</value>
    public bool IsWide => Entity is null && !NamesSources && Shadow is not true;

    /// <param name="entity">UTF-8.</param>
    /// <param name="sources">Those that match, when the filter names some.</param>
    public bool Matches(ReadOnlySpan<byte> record, byte[]? entity, IReadOnlySet<long>? sources) =>
        LogRecord.MillisecondsOf(record) is var ms && ms >= FromMs && ms < ToMs
        && (entity is null || LogRecord.EntityOf(record).SequenceEqual(entity))
        && (Shadow is null || LogRecord.FlagsOf(record).HasFlag(RecordFlags.Shadow) == Shadow)
        && (sources is null || sources.Contains(LogRecord.SourceOf(record)));

    public bool Matches(LogSourceRow source) => (Variant is null || source.Variant == Variant) && (Version is null || source.Version == Version);

    /// <summary>The same over the columns of a segment.</summary>
    public string ToSql()
    {
        List<string> parts = [];
        if (Entity is not null) parts.Add($"entity = {AnalyticsJob.Text(Entity)}");
        if (Variant is not null) parts.Add($"variant = {AnalyticsJob.Text(Variant)}");
        if (Version is { } version) parts.Add($"version = {version}");
        if (Shadow is { } shadow) parts.Add(shadow ? "shadow" : "NOT shadow");
        return parts.Count == 0 ? "true" : string.Join(" AND ", parts);
    }
}

using System.Globalization;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Projects.Yaml;

namespace Cairn.Projects.Files;

/// <summary><c>split: { by: stratified, test, seed }</c> or <c>split: { by: time, column, test_from, timezone }</c></summary>
internal static class SplitSection
{
    /// <value>In the time zone of the section. Nothing is guessed: 12:30 would be today's, 1/2/2017 two days.</value>
    private static readonly string[] Days = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"];

    /// <value>With an offset of their own, or Z.</value>
    private static readonly string[] Moments = ["yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'"];

    public static SplitChoice Read(Section section, Schema? schema)
    {
        var defaults = new SplitChoice();
        var by = section.Choice("by", ["stratified", "time"]) ?? "stratified";
        var share = section.Number("test", 0.05, 0.5);
        var seed = section.Whole("seed", 0, int.MaxValue) ?? defaults.Seed;
        var column = section.Text("column");
        var from = section.Text("test_from");
        var zone = ReadZone(section);
        section.NoOtherKeys();
        if (by == "stratified")
        {
            foreach (var key in (string[])["column", "test_from", "timezone"])
            {
                if (section.Has(key)) section.Refuse(section.LineOf(key), key, "a key of a split by time", "by: time, or not this key");
            }

            return new(share ?? defaults.TestShare, seed);
        }

        if (section.Has("test")) section.Refuse(section.LineOf("test"), "test", "a share", "test_from: a split by time is cut at a date");
        if (column is null) section.Refuse(section.Line, "column", "no such key", "the column with the time of a row");
        else if (schema is not null && schema.Find(column) is not { } found) ColumnChecks.RefuseColumn(section, "column", column, schema);
        else if (schema?.Find(column) is { Type: not ColumnType.Timestamp } other)
            section.Refuse(section.LineOf("column"), "column", $"'{column}' of type {other.Type.ToString().ToLowerInvariant()}", "a column of type timestamp");

        long? micros = null;
        if (from is null)
            section.Refuse(section.Line, "test_from", "no such key", "the first day of the test split, for example 2017-10-01");
        else if (DateTime.TryParseExact(from, Days, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            micros = Time.ToMicros(new DateTimeOffset(local, zone.GetUtcOffset(local)));
        else if (DateTimeOffset.TryParseExact(from, Moments, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
            micros = Time.ToMicros(moment);
        else
            section.Refuse(section.LineOf("test_from"), "test_from", $"'{from}'", "a date, for example 2017-10-01 (with a time of day: 2017-10-01T12:30:00)");
        return new(defaults.TestShare, seed, column, micros);
    }

    private static TimeZoneInfo ReadZone(Section section)
    {
        if (section.Text("timezone") is not { } name) return TimeZoneInfo.Utc;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)) return zone;
        section.Refuse(section.LineOf("timezone"), "timezone", $"'{name}'", "a time zone, for example Europe/Berlin (default UTC)");
        return TimeZoneInfo.Utc;
    }
}

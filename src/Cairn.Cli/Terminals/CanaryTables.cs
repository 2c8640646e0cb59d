using System.Globalization;
using Cairn.Client.Wire;

namespace Cairn.Cli.Terminals;

/// <summary>A canary, with a line for each of its steps.</summary>
internal static class CanaryTables
{
    public static void Write(Terminal terminal, CanaryWire canary)
    {
        terminal.Write(Tables.Facts(
            ("canary", $"{canary.Number} of {canary.Deployment}"), ("variant", canary.Variant), ("version", $"{canary.Version} of {canary.Model}, beside champion {canary.ChampionVersion}"),
            ("state", canary.Cause is { } cause ? $"{canary.State} ({cause})" : canary.State), ("", canary.Reason), ("traffic", Format.Percent(canary.Weight)), ("when done", canary.WhenDone),
            ("started", $"{Format.Time(canary.StartedAt)} by {canary.StartedBy}"), ("ended", canary.EndedAt is { } end ? Format.Time(end) : null)));

        var table = Tables.New("#step", "#traffic", "#rows", "#errors", "#p95 ms", "#champion p95", "#slow", "#compared", "#agreement", "#difference");
        foreach (var (index, step) in canary.Steps.Index())
        {
            var counts = index < canary.Past.Count ? canary.Past[index].Counts : index == canary.Step - 1 ? canary.Counts : null;
            table.With(
                $"{index + 1}", Format.Percent(step.Weight), counts is null ? "-" : Format.Count(counts.Rows), counts is null ? "-" : Format.Count(counts.Errors),
                Milliseconds(counts?.Latency?.P95Us), Milliseconds(counts?.ChampionLatency?.P95Us), counts is null ? "-" : Format.Count(counts.Slow), Format.Count(counts?.SameRows?.Rows ?? 0),
                counts?.SameRows is { } same ? Format.Percent(same.Agreement.Share) : "-", Format.Metric(counts?.SameRows?.MeanAbsoluteDifference));
        }

        terminal.Write(table);
    }

    private static string Milliseconds(long? micros) => micros is { } us ? (us / 1000.0).ToString("0.00", CultureInfo.InvariantCulture) : "-";
}

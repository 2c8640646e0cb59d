using System.Globalization;
using Cairn.Client.Wire;
using Spectre.Console;

namespace Cairn.Cli.Terminals;

/// <summary>The variants of a deployment side by side.</summary>
internal static class VariantTables
{
    public static Table Of(VariantsWire shown)
    {
        var table = Tables.New("variant", "#version", "#traffic", "#rows", "#errors", "#dropped", "#p50 ms", "#p99 ms", "#positive", "beside the champion", "problem");
        foreach (var v in shown.Variants)
        {
            var numbers = v.Numbers;
            table.With(
                v.Name, v.Version is { } version ? $"{version}" : "-", v.Shadow ? "shadow" : Format.Percent(v.Weight), Format.Count(numbers?.Rows ?? 0), Format.Count(numbers?.Errors ?? 0),
                v.Shadow ? Format.Count(numbers?.Dropped ?? 0) : "", Milliseconds(numbers?.Latency?.P50Us), Milliseconds(numbers?.Latency?.P99Us), Share(numbers?.PositiveShare), Beside(v.Comparison), v.Problem ?? "");
        }

        return table;
    }

    public static Table Of(LoggedVariantsWire logged)
    {
        var table = Tables.New("variant", "#version", "", "#rows", "#p50 ms", "#p99 ms", "#positive", $"beside version {logged.ChampionVersion?.ToString(CultureInfo.InvariantCulture) ?? "-"}");
        foreach (var v in logged.Variants)
            table.With(
                v.Name, $"{v.Version}", v.Shadow ? "shadow" : "", Format.Count(v.Numbers.Rows), Milliseconds(v.Numbers.Latency?.P50Us), Milliseconds(v.Numbers.Latency?.P99Us),
                Share(v.Numbers.PositiveShare), Beside(v.Comparison));
        return table;
    }

    /// <summary>Newest last; without what did nothing.</summary>
    public static Table Of(TrafficWire traffic)
    {
        var table = Tables.New("from", "#seconds", "variant", "#version", "", "#requests", "#per second", "#rows", "#errors", "#p50 ms", "#p95 ms", "#p99 ms", "#positive", "#mean probability");
        foreach (var (point, v) in traffic.Variants.SelectMany(v => v.Points.Select(point => (Point: point, Variant: v))).Where(one => one.Point is { Rows: > 0 } or { Errors: > 0 }).OrderBy(one => one.Point.Start))
        {
            table.With(
                Format.Time(point.Start), Number(point.Seconds, "0.#"), v.Name, $"{v.Version}", v.Shadow ? "shadow" : "", Format.Count(point.Requests), point.Seconds > 0 ? Number(point.Requests / point.Seconds, "0.00") : "-",
                Format.Count(point.Rows), Format.Count(point.Errors), Milliseconds(point.Latency?.P50Us), Milliseconds(point.Latency?.P95Us), Milliseconds(point.Latency?.P99Us),
                point.PositiveShare is { } share ? Format.Percent(share) : "-", point.MeanProbability is { } mean ? Number(mean, "0.000") : "-");
        }

        return table;
    }

    /// <summary>What both scored says most; else the difference of the shares of positive answers.</summary>
    private static string Beside(VariantComparisonWire? comparison) => comparison switch
    {
        { SameRows: { } same } => $"agrees on {Percent(same.Agreement)} of {Format.Count(same.Rows)}",
        { PositiveShareDifference: { } d } => string.Create(CultureInfo.InvariantCulture, $"positive {100 * d.Share:+0.0;-0.0;0.0} points ({100 * d.Low:+0.0;-0.0;0.0} to {100 * d.High:+0.0;-0.0;0.0})"),
        _ => "",
    };

    private static string Share(ShareWire? share) => share is null ? "-" : Format.Percent(share.Share);

    private static string Percent(ShareWire share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share.Share:0.00} % ({100 * share.Low:0.00} to {100 * share.High:0.00})");

    private static string Milliseconds(long? micros) => micros is { } us ? Number(us / 1000.0, "0.00") : "-";

    private static string Number(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}

using System.Globalization;
using Cairn.Access;
using Cairn.Kernel;

namespace Cairn.Server.Hosting;

/// <summary>Limits as they are written on a command line: <c>100/s</c>, <c>1000000/d</c>.</summary>
internal static class LimitText
{
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);
    private const double LargestRate = 1e6, LargestQuota = 1e15;

    public static Answer<LimitOptions> Read(ServerOptions options)
    {
        if (options.MostInFlight < 0) return Invalid($"{options.MostInFlight} predictions in flight were asked for. Give a number from 1, or 0 to refuse none.");
        if (options.PredictTimeout <= TimeSpan.Zero || options.RequestTimeout <= TimeSpan.Zero || options.RequestTimeout > LongestTime || options.PredictTimeout > LongestTime)
            return Invalid($"A time limit of {options.PredictTimeout.TotalSeconds} s for predictions and {options.RequestTimeout.TotalSeconds} s for other requests was asked for. Both are above 0 and at most a day.");
        if (options.ModelMemory is { } memory && ByteSize.Read(memory) is null) return Invalid($"'{memory}' is no amount of memory for models. Write a number and KB, MB, GB, or KiB, MiB, GiB: 512MB.");
        RequestRate? rate = null;
        if (options.RateLimit is { } rateText)
        {
            if (Split(rateText, "smh") is not { } read || read.Count / Seconds(read.Unit) > LargestRate)
                return Invalid($"'{rateText}' is not a rate of requests. Write a number and s, m or h: 100/s, 600/m; at most {LargestRate:0} a second.");
            var perSecond = read.Count / Seconds(read.Unit);
            rate = new RequestRate(perSecond, options.RateBurst ?? (int)Math.Max(1, Math.Ceiling(perSecond)));
        }

        if (options.RateBurst is { } burst && (burst < 1 || rate is null))
            return Invalid(rate is null ? $"A burst of {burst} requests was asked for without a rate. Give the rate too: 100/s." : $"A burst of {burst} requests lets nobody in. It is at least 1.");
        if (options.Quota is not { } quotaText) return new LimitOptions { Requests = rate, RequestTime = options.RequestTimeout };
        return Split(quotaText, "d") is { Count: <= LargestQuota } quota && quota.Count == Math.Floor(quota.Count)
            ? new LimitOptions { Requests = rate, RowsPerDay = (long)quota.Count, RequestTime = options.RequestTimeout }
            : Invalid($"'{quotaText}' is not a quota of rows. Write a whole number of rows a day: 1000000/d.");
    }

    private static (double Count, char Unit)? Split(string text, string units) =>
        text.Split('/') is [var number, [var unit]] && units.Contains(unit, StringComparison.Ordinal)
        && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count > 0
            ? (count, unit)
            : null;

    private static double Seconds(char unit) => unit switch { 's' => 1, 'm' => 60, _ => 3600 };

    private static Refusal.Invalid Invalid(string detail) => new("server.limit-invalid", detail);
}

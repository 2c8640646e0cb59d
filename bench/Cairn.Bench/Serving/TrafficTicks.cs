using System.Diagnostics;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Traffic;

namespace Cairn.Bench.Serving;

/// <summary>
/// What it takes to keep the traffic of many deployments over time: a look at all of them, and memory, when nobody asks and when each is asked
/// again and again for six hours. Option: how many (1,000).
/// </summary>
internal static class TrafficTicks
{
    private const int TensOfSeconds = 6 * 360, Asked = 20;
    private const long Ten = 10_000_000;

    public static void Run(string[] options)
    {
        var count = options.Length > 0 ? int.Parse(options[0], System.Globalization.CultureInfo.InvariantCulture) : 1000;
        foreach (var busy in new[] { false, true })
        {
            var now = TimeProvider.System.Micros() / Ten * Ten;
            var variants = Enumerable.Range(0, count).Select(_ => new LiveVariant(LiveVariant.Champion, null, null, null, now, Failed: false).Rest(null, 1, "package", now)).ToList();
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var histories = variants.ConvertAll(_ => new TrafficHistory());
            foreach (var (history, variant) in histories.Zip(variants)) history.Serve([variant]);
            var draw = new Random(1);
            var looks = new List<double>();
            for (var ten = 0; ten < TensOfSeconds; ten++, now += Ten)
            {
                if (busy)
                    foreach (var variant in variants)
                        for (var i = 0; i < Asked; i++) variant.Numbers!.Add(1, 0, i % 2, 0.5, (long)Math.Exp(5 + (3 * draw.NextDouble())));
                var start = Stopwatch.GetTimestamp();
                foreach (var history in histories) history.Look(now);
                looks.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            looks.Sort();
            Console.WriteLine(
                $"{count} deployments, {(busy ? $"{Asked} requests in every ten seconds" : "never asked")}: a look at all takes {looks[looks.Count / 2]:0.00} ms (p99 {looks[looks.Count * 99 / 100]:0.0} ms), "
                + $"after six hours each takes {(GC.GetTotalMemory(forceFullCollection: true) - before) / count / 1000.0:0.0} kB");
            GC.KeepAlive(histories);
            GC.KeepAlive(variants);
        }
    }
}

using Cairn.Kernel;
using Cairn.Serving.Live;
using Microsoft.Extensions.Hosting;

namespace Cairn.Serving.Traffic;

/// <summary>Looks at what every deployment did whenever ten seconds of the clock are over.</summary>
internal sealed class TrafficWatch(LiveDeployments live, TimeProvider clock) : BackgroundService
{
    private const long Pace = TrafficHistory.FineStep * 1_000_000L;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // One time for both: a timer that is early by a hair looks again at once, and passes no ten seconds over.
            var now = clock.Micros();
            foreach (var deployment in live.All) deployment.Traffic.Look(now);
            await Task.Delay(TimeSpan.FromMicroseconds(Pace - (now % Pace)), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Variants;
using Cairn.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Serving.Canaries;

/// <summary>Looks at every canary again and again: stores what was counted since, and moves or aborts it.</summary>
/// <remarks>
/// The counters of a variant only grow, and what they said at the last look is kept here, so no row falls between two looks or two steps. A
/// process that starts counts from 0 and adds to what is stored; so do several that serve one deployment.
/// </remarks>
internal sealed partial class CanaryWatch(LiveDeployments live, Database database, ServingOptions options, TimeProvider clock, ILogger<CanaryWatch> log) : BackgroundService
{
    private Dictionary<PairNumbers, CanaryCounts> _told = [];
    private bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(options.CanaryPace, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Look(stoppingToken);
        }
    }

    /// <summary>What was counted since the last look is stored: a server that stops loses none of it.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Look(cancellationToken);
    }

    private async Task Look(CancellationToken cancellation)
    {
        var told = new Dictionary<PairNumbers, CanaryCounts>();
        foreach (var deployment in live.All)
        {
            foreach (var variant in deployment.Others.Where(variant => variant.Row?.Canary is not null)) await Look(deployment, variant, told, cancellation);
        }

        _told = told; // of those that are there still
    }

    private async Task Look(LiveDeployment deployment, LiveVariant variant, Dictionary<PairNumbers, CanaryCounts> told, CancellationToken cancellation)
    {
        var (pairs, row) = (variant.Pairs, variant.Row!);
        var before = pairs is null ? CanaryCounts.None : _told.GetValueOrDefault(pairs, CanaryCounts.None);
        try
        {
            var counts = pairs?.Count() ?? CanaryCounts.None;
            var seen = counts.Since(before);
            var look = await database.Write(
                transaction => CanaryMoves.Look(transaction, row, row.Canary!.Value, seen, variant.Failed ? variant.Problem : null, clock.Micros()), cancellation);
            before = counts;
            _failing = false;
            if (look is null or { Move: CanaryMove.Hold }) return;

            LogMoved(row.Canary!.Value, deployment.Row.Name, look.Progress.State, look.Progress.Step + 1, look.Breach?.Reason ?? "");
            ServingMeter.CanaryMoves.Add(1, new("deployment", deployment.Row.Name), new("move", look.Move == CanaryMove.Forward ? "stepped" : look.Progress.State));
            if (look.Move == CanaryMove.Abort) deployment.Silence(row.Name); // before anything has to be loaded
            await live.Refresh(deployment.Row.WorkspaceId, deployment.Row.Model, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // an exception out of a background service stops the whole server; what could not be stored is told at the next look
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!_failing) LogFailed(e, deployment.Row.Name);
            _failing = true;
        }
        finally
        {
            if (pairs is not null) told[pairs] = before;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Canary {Canary} of {Deployment} is {State} at step {Step}. {Reason}")]
    private partial void LogMoved(long canary, string deployment, string state, int step, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The canary of {Deployment} could not be looked at; it keeps its share, and is tried again")]
    private partial void LogFailed(Exception exception, string deployment);
}

using System.Text.Json;
using Cairn.Client;
using Cairn.Kernel;
using Cairn.Serving.Log;
using Cairn.Serving.Variants;
using Cairn.Storage;
using Cairn.Tracking;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Serving.Live;

/// <summary>Finds what is to serve and warms it up, then follows the events that tell of another champion, or of other variants.</summary>
internal sealed partial class ChampionFollower(LiveDeployments live, WarmUp warmUp, EntityKeys keys, EventLog events, ILogger<ChampionFollower> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <value>What takes longer to warm up does so beside the first requests, which load what they ask for.</value>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stopping = new();
    private Task _warming = Task.CompletedTask;
    private long _seen;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _seen = await events.Latest(cancellationToken); // before loading: what changes meanwhile is seen again, not missed
        await live.Resolve(cancellationToken);
        _warming = Warm();
        await Task.WhenAny(_warming, Task.Delay(Patience, cancellationToken));
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await base.StopAsync(cancellationToken);
        await _warming.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override void Dispose()
    {
        _stopping.Dispose();
        base.Dispose();
    }

    private async Task Warm()
    {
        try
        {
            await Task.Run(() => warmUp.Run(_stopping.Token));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The server stops.
        }
#pragma warning disable CA1031 // what is not warm is loaded when it is asked for
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogCold(e);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var happened in events.Follow(_seen, stoppingToken))
                {
                    await Handle(happened, stoppingToken);
                    _seen = happened.Id;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // an exception out of a background service stops the whole server, and with it what serves well
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogInterrupted(e);
                await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private Task Handle(Event happened, CancellationToken cancellation)
    {
        if (happened.Type == EntityKeys.Erased) keys.Forget();
        return Refresh(happened, cancellation);
    }

    private Task Refresh(Event happened, CancellationToken cancellation) => happened.Type switch
    {
        Models.ChampionChanged => Refresh(happened, Payload<ChampionChange>(happened)?.Model, cancellation),
        Models.AliasChanged => Refresh(happened, Payload<AliasChange>(happened)?.Model, cancellation),
        Models.Deleted or Models.Restored => Refresh(happened, Payload<ModelChange>(happened)?.Model, cancellation),
        VariantTable.Changed => Refresh(happened, Payload<VariantsChange>(happened)?.Model, cancellation),
        DeploymentTable.Made or DeploymentTable.Changed => live.Resolve(new WorkspaceId(happened.WorkspaceId), DeploymentTable.NameIn(happened.Subject), cancellation),
        _ => Task.CompletedTask,
    };

    private Task Refresh(Event happened, string? model, CancellationToken cancellation) =>
        model is null ? Task.CompletedTask : live.Refresh(new WorkspaceId(happened.WorkspaceId), model, cancellation);

    private static T? Payload<T>(Event happened) => JsonSerializer.Deserialize<T>(happened.Payload, CairnJson.Options);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The models could not all be loaded ahead; those that are missing are loaded when they are asked for")]
    private partial void LogCold(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Following the champions was interrupted; what serves goes on serving")]
    private partial void LogInterrupted(Exception exception);
}

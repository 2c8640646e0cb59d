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

/// <summary>Loads every champion before the first request, then follows the events that tell of another, or of other variants.</summary>
internal sealed partial class ChampionFollower(LiveDeployments live, EntityKeys keys, EventLog events, ILogger<ChampionFollower> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private long _seen;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _seen = await events.Latest(cancellationToken); // before loading: what changes meanwhile is seen again, not missed
        await live.LoadAll(cancellationToken);
        await base.StartAsync(cancellationToken);
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
        VariantTable.Changed => Refresh(happened, Payload<VariantsChange>(happened)?.Model, cancellation),
        DeploymentTable.Made or DeploymentTable.Changed => live.LoadAll(cancellation), // perhaps made by another process
        _ => Task.CompletedTask,
    };

    private Task Refresh(Event happened, string? model, CancellationToken cancellation) =>
        model is null ? Task.CompletedTask : live.Refresh(new WorkspaceId(happened.WorkspaceId), model, cancellation);

    private static T? Payload<T>(Event happened) => JsonSerializer.Deserialize<T>(happened.Payload, CairnJson.Options);

    [LoggerMessage(Level = LogLevel.Error, Message = "Following the champions was interrupted; what serves goes on serving")]
    private partial void LogInterrupted(Exception exception);
}

using System.Runtime.CompilerServices;
using Cairn.Client.Logging;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    /// <summary>
    /// A run to log to from this process. It speaks only MLflow's protocol, so the server may be an MLflow server too. The run is failed unless
    /// <see cref="ActiveRun.Finish"/> was called before it is disposed.
    /// </summary>
    /// <param name="experiment">By its name; it is made when there is none.</param>
    /// <param name="source">The file of code that is recorded with the run; of itself the one that calls.</param>
    public async Task<ActiveRun> StartRunAsync(string experiment, ActiveRunOptions? options = null, CancellationToken cancellation = default, [CallerFilePath] string source = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(experiment);
        options ??= new();
        var api = new MlflowApi(_http, options.Clock, options.Patience);
        var origin = options.RecordOrigin ? await RunOrigin.Read(source, cancellation).ConfigureAwait(false) : RunOrigin.None;
        var started = await StartedRun.Create(api, experiment, options, origin.Tags, cancellation).ConfigureAwait(false);
        var run = new ActiveRun(api, started, options);
        try
        {
            if (started.TakesFiles)
                foreach (var (path, content) in origin.Files)
                    await run.LogTextAsync(content, path, cancellation).ConfigureAwait(false);
            return run;
        }
        catch
        {
            await run.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A run for the length of some work: finished when the work is, failed when it throws, killed when it was cancelled.</summary>
    public async Task RunAsync(string experiment, Func<ActiveRun, Task> work, ActiveRunOptions? options = null, CancellationToken cancellation = default, [CallerFilePath] string source = "")
    {
        ArgumentNullException.ThrowIfNull(work);
        var run = await StartRunAsync(experiment, options, cancellation, source).ConfigureAwait(false);
        await using (run.ConfigureAwait(false))
        {
            try
            {
                await work(run).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                run.Cancelled();
                throw;
            }

            run.Finish();
        }
    }
}

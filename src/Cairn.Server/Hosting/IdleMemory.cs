using System.Runtime;
using System.Runtime.InteropServices;
using Cairn.Storage;
using Microsoft.Extensions.Hosting;

namespace Cairn.Server.Hosting;

/// <summary>Gives back what training needed: after a flow run the collector and the C library both keep their freed pages.</summary>
internal sealed partial class IdleMemory(EventLog events) : BackgroundService
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var happened in events.Follow(await events.Latest(stoppingToken), stoppingToken))
            {
                if (happened.Type is not ("flow.succeeded" or "flow.failed" or "flow.cancelled")) continue;
                await Task.Delay(Quiet, stoppingToken); // for whoever still reads the result
                Trim();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private static void Trim()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (OperatingSystem.IsLinux()) _ = ReturnFreedPages(0);
    }

    // glibc only, which is what Cairn runs on.
    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int ReturnFreedPages(nuint keep);
}

using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking;

namespace Cairn.Projects.Purging;

/// <summary>A purge as a flow: first what was deleted, then the files that nothing names any more.</summary>
internal sealed class PurgeFlow(RecycleBin bin, UnnamedBlobs blobs, TimeProvider clock)
{
    public Flow Build(PurgeParameters parameters) => parameters.Asked.DryRun
        ? new(PurgeParameters.Flow, [new("look", [], (context, stop) => Look(context, parameters.Asked, stop))])
        : new(PurgeParameters.Flow, [new("things", [], (context, stop) => Things(context, parameters.Asked, stop)), new("files", ["things"], Files)]);

    private async Task<Answer<string>> Look(TaskContext context, PurgeRequest asked, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        var result = await bin.Look(context.Caller.Workspace, asked.Subjects, asked.DeletedBefore ?? long.MaxValue, context.Report, cancellation);
        return Write(result with { Seconds = clock.GetElapsedTime(started).TotalSeconds });
    }

    /// <summary>Only what was deleted when the purge was asked for: what is deleted meanwhile was not meant.</summary>
    private async Task<Answer<string>> Things(TaskContext context, PurgeRequest asked, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        var result = await bin.Purge(context.Caller, asked.Subjects, asked.DeletedBefore ?? long.MaxValue, context.Report, cancellation);
        return Write(result with { Seconds = clock.GetElapsedTime(started).TotalSeconds });
    }

    private async Task<Answer<string>> Files(TaskContext context, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        var freed = await blobs.Remove(some => context.Report(0.5, $"{some.Files:N0} files, {some.Bytes >> 20:N0} MB"), cancellation);
        var things = JsonSerializer.Deserialize<PurgeResult>(context.ResultOf("things"), CairnJson.Options)!;
        context.Report(1, $"{freed.Files:N0} files, {freed.Bytes >> 20:N0} MB freed");
        return Write(things with { Files = freed.Files, Bytes = freed.Bytes, LaterFiles = freed.Later, Seconds = things.Seconds + clock.GetElapsedTime(started).TotalSeconds });
    }

    private static string Write(PurgeResult result) => JsonSerializer.Serialize(result, CairnJson.Options);
}

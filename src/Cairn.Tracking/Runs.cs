using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Tracking;

/// <summary>What the other modules do with experiments and runs; the HTTP slices use the same tables.</summary>
public sealed class Runs
{
    /// <summary>The experiment of that name, made when there is none. Returns its id.</summary>
    public Task<Answer<string>> EnsureExperiment(Caller caller, string name, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>A new running run. Returns its id.</summary>
    public Task<Answer<string>> Start(Caller caller, CreateRun run, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Params, tags and metrics in one transaction, all or nothing. Logging the same again changes nothing.</summary>
    public Task<Answer<Done>> Log(Caller caller, string runId, LogBatch batch, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<Answer<Done>> LogInput(Caller caller, string runId, DatasetInputWire input, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Stores a file under the run.</summary>
    /// <param name="path">Relative, with slashes: <c>evaluation/roc.json</c>.</param>
    public Task<Answer<Done>> LogArtifact(Caller caller, string runId, string path, Stream content, CancellationToken cancellation) => throw new NotImplementedException();

    /// <param name="status"><c>finished</c>, <c>failed</c> or <c>killed</c>.</param>
    public Task<Answer<Done>> End(Caller caller, string runId, string status, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<RunWire?> Find(WorkspaceId workspace, string runId, CancellationToken cancellation) => throw new NotImplementedException();
}

using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Tracking;

namespace Cairn.Projects.Lifecycle;

/// <summary>The task <c>register</c>: a model version of the sealed package, also when a gate will refuse it, so that it can be looked at. Same run and package: same version.</summary>
internal sealed class RegisterVersion(Models models)
{
    public async Task<Answer<string>> Run(TaskContext context, LifecycleParameters parameters, TrainResult winner, CancellationToken cancellation)
    {
        var evaluation = context.ResultOf<EvaluateResult>("evaluate");
        if (evaluation.Package is not { } package)
        {
            context.Report(1, $"nothing to register: {evaluation.SignalDetail}");
            return Results.Write(new RegisterResult(parameters.Project, null));
        }

        var snapshot = context.ResultOf<SnapshotResult>("snapshot");
        var tags = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cairn.project"] = parameters.Project, ["cairn.revision"] = parameters.Revision, ["cairn.algorithm"] = winner.Algorithm,
            ["cairn.dataset"] = $"{snapshot.Dataset}@{snapshot.Version}", ["cairn.dataset_digest"] = snapshot.Digest,
        };
        var registered = await models.Register(context.Caller, parameters.Project, winner.RunId, Digest.Parse(package), tags, cancellation);
        if (registered.Refusal is { } refusal) return refusal;
        context.Report(1, $"{parameters.Project} version {registered.Value}");
        return Results.Write(new RegisterResult(parameters.Project, registered.Value));
    }
}

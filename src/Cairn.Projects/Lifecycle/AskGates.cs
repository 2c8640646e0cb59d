using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Tracking;

namespace Cairn.Projects.Lifecycle;

/// <summary>The task <c>gate</c>: may this version serve? Compared with what serves at this moment; the verdict is kept with the version.</summary>
internal sealed class AskGates(Workbench bench, Models models, ModelPackages packages, TimeProvider clock)
{
    public async Task<Answer<string>> Run(TaskContext context, LifecycleParameters parameters, TrainResult winner, CancellationToken cancellation)
    {
        var prepared = await bench.Preparation(context, parameters, cancellation);
        if (prepared.Refusal is { } refusal) return refusal;

        var preparation = prepared.Value;
        var candidate = await bench.Candidate(context, winner, cancellation);
        var evaluation = await bench.Evaluation(context, preparation, candidate, cancellation);
        var definition = await bench.Definition(context, parameters, cancellation);
        var champion = await FindChampion(context, parameters.Project, cancellation);
        if (champion.Refusal is { } damaged) return damaged;

        var verdict = await Workbench.Aside(() => Gate.Decide(definition.Gates, preparation, candidate, evaluation, champion.Value, clock), cancellation);
        if (context.ResultOf<RegisterResult>("register").Version is { } version)
        {
            var recorded = await models.RecordVerdict(context.Caller, parameters.Project, version, verdict, cancellation);
            if (recorded.Refusal is { } notRecorded) return notRecorded;
        }

        context.Report(1, verdict.Summary);
        return Results.Write(new GateResult(verdict));
    }

    /// <summary>A champion that is damaged is a refusal: passing it over would let any model through.</summary>
    private async Task<Answer<Champion?>> FindChampion(TaskContext context, string model, CancellationToken cancellation)
    {
        if (await models.FindChampion(context.Caller.Workspace, model, cancellation) is not { PackageDigest: { } digest } version) return (Champion?)null;
        var opened = await packages.Open(context.Caller.Workspace, Digest.Parse(digest), cancellation);
        if (opened.Refusal is { } altered) return altered;
        var loaded = Predictor.Load(opened.Value);
        if (loaded.Refusal is { } unusable) return unusable;
        return new Champion(version.Version, loaded.Value);
    }
}

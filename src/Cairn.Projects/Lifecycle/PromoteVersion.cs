using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Tracking;

namespace Cairn.Projects.Lifecycle;

/// <summary>The task <c>promote</c>: moves the champion to a version that passed, if the run was asked to and its caller may.</summary>
internal sealed class PromoteVersion(Models models)
{
    public async Task<Answer<string>> Run(TaskContext context, LifecycleParameters parameters, CancellationToken cancellation)
    {
        var verdict = context.ResultOf<GateResult>("gate").Verdict;
        if (verdict.Verdict != "passed" || context.ResultOf<RegisterResult>("register").Version is not { } version) return Not(context, $"not promoted: {verdict.Summary}");
        if (!parameters.Promote) return Not(context, "passed, not promoted as asked");
        if (!context.Caller.May(Permission.ModelsPromote)) return Not(context, $"passed, not promoted: {context.Caller.Name} lacks the permission {Permission.ModelsPromote}");

        var champion = await models.FindChampion(context.Caller.Workspace, parameters.Project, cancellation);
        if (champion?.Version == version)
        {
            context.Report(1, $"version {version} is champion already");
            return Results.Write(new PromoteResult(true, true, $"version {version} is champion already"));
        }

        var promoted = await models.Promote(context.Caller, parameters.Project, new Promote(version, verdict.Summary), cancellation);
        if (promoted.Refusal is { } refusal) return refusal;
        var message = champion is null ? $"version {version} is the first champion" : $"version {version} took over from version {champion.Version}";
        context.Report(1, message);
        return Results.Write(new PromoteResult(true, false, message));
    }

    private static string Not(TaskContext context, string message)
    {
        context.Report(1, message);
        return Results.Write(new PromoteResult(false, false, message));
    }
}

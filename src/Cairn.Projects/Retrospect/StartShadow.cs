using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Projects.Files;
using Cairn.Projects.Revisions;
using Cairn.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Projects.Retrospect;

/// <summary>POST /api/v1/deployments/{name}/shadow: scores the logged traffic of a period with any version, in the background.</summary>
internal sealed class StartShadow(RetroactiveShadow shadow, Period period, FlowRuns flows, ProjectTables projects, ProjectRevisions revisions)
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/deployments/{name}/shadow", Handle)
        .WithName(nameof(StartShadow)).WithSummary("Score the logged traffic of a period with any version and compare with what was answered and what became of it").WithTags("Serving")
        .WithDescription("Starts a flow run. Cancelled, or killed, it goes on where it stopped: resume it, or send the same request again. The version need never have served.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .Requires(Permission.ProjectsRun).Mutates();

    private static async Task<Results<Accepted<FlowRunWire>, ProblemHttpResult>> Handle(string name, ShadowRange request, StartShadow shadow, Caller caller, CancellationToken cancellation)
    {
        var started = await shadow.Start(caller, name, request, cancellation);
        return started.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Accepted($"/api/v1/flow-runs/{started.Value.FlowRunId}", started.Value);
    }

    private async Task<Answer<FlowRunWire>> Start(Caller caller, string deployment, ShadowRange asked, CancellationToken cancellation)
    {
        if (Check(asked) is { } wrong) return wrong;
        if (!asked.Fresh && await Unfinished.Run(flows, caller.Workspace, ReplayParameters.SubjectOf(deployment), ShadowParameters.Flow, json => ShadowParameters.Read(json).Answers(asked), cancellation) is { } stopped)
            return await flows.Resume(caller, stopped, cancellation);

        var candidate = await shadow.Choose(caller.Workspace, deployment, asked.Model, asked.Version, cancellation);
        if (candidate.Refusal is { } unknown) return unknown;
        var found = await period.Find(caller.Workspace, deployment, asked.From, asked.To, cancellation);
        if (found.Refusal is { } refusal) return refusal;
        var (rows, fromMs, toMs) = found.Value;
        var costs = asked is { CostFalseNegative: { } missed, CostFalsePositive: { } alarm } ? new(missed, alarm) : await CostsOf(caller.Workspace, candidate.Value.Model, cancellation);
        var parameters = new ShadowParameters(deployment, asked, candidate.Value, fromMs, toMs, rows, asked.Sample is { } sample ? Math.Min(1, (double)sample / rows) : 1, costs);
        return await flows.Start(caller, ShadowParameters.Flow, parameters.Subject, parameters.Write(), cancellation);
    }

    /// <summary>As the project of the model has them at present.</summary>
    private async Task<Costs?> CostsOf(WorkspaceId workspace, string model, CancellationToken cancellation)
    {
        if (await projects.Find(workspace, model, cancellation) is not { } project) return null;
        var parsed = ProjectParser.Parse(await revisions.Load(workspace, project.Name, project.Revision, cancellation), project.Folder);
        return parsed.Refusal is null ? parsed.Value.Costs : null;
    }

    private static Refusal.Invalid? Check(ShadowRange asked)
    {
        var problems = new List<FieldProblem>();
        if (asked.Sample is < 1) problems.Add(new("$.sample", $"{asked.Sample}", "how many predictions to score, 1 or more"));
        foreach (var (field, cost) in (IEnumerable<(string, double?)>)[("$.cost_false_negative", asked.CostFalseNegative), ("$.cost_false_positive", asked.CostFalsePositive)])
        {
            if (cost is { } given && !(given >= 0 && double.IsFinite(given))) problems.Add(new(field, $"{given}", "a number of at least 0"));
            else if (cost is null && (asked.CostFalseNegative ?? asked.CostFalsePositive) is not null) problems.Add(new(field, "nothing", "both costs or none"));
        }

        return problems.Count == 0 ? null : new("shadow.range-invalid", $"This is no order for a shadow: {problems[0]}.") { Fields = problems };
    }
}

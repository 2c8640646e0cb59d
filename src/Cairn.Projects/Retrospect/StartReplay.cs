using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Projects.Retrospect;

/// <summary>POST /api/v1/deployments/{name}/replay: recomputes all that was logged in a period, in the background.</summary>
internal sealed class StartReplay(Period period, FlowRuns flows)
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/deployments/{name}/replay", Handle)
        .WithName(nameof(StartReplay)).WithSummary("Recompute the logged predictions of a period and compare bit for bit").WithTags("Serving")
        .WithDescription("Starts a flow run. Cancelled, or killed, it goes on where it stopped: resume it, or send the same request again.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .Requires(Permission.ProjectsRun).Mutates();

    private static async Task<Results<Accepted<FlowRunWire>, ProblemHttpResult>> Handle(string name, ReplayRange request, StartReplay replay, Caller caller, CancellationToken cancellation)
    {
        var started = await replay.Start(caller, name, request, cancellation);
        return started.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Accepted($"/api/v1/flow-runs/{started.Value.FlowRunId}", started.Value);
    }

    private async Task<Answer<FlowRunWire>> Start(Caller caller, string deployment, ReplayRange asked, CancellationToken cancellation)
    {
        if (asked.Sample is < 1) return new Refusal.Invalid("replay.range-invalid", $"sample={asked.Sample} was asked; give how many predictions to replay, 1 or more, or leave it out to replay all.");
        if (!asked.Fresh && await Unfinished.Run(flows, caller.Workspace, ReplayParameters.SubjectOf(deployment), ReplayParameters.Flow, json => ReplayParameters.Read(json).Answers(asked), cancellation) is { } stopped)
            return await flows.Resume(caller, stopped, cancellation);

        var found = await period.Find(caller.Workspace, deployment, asked.From, asked.To, cancellation);
        if (found.Refusal is { } refusal) return refusal;
        var (rows, fromMs, toMs) = found.Value;
        var parameters = new ReplayParameters(deployment, asked, fromMs, toMs, rows, asked.Sample is { } sample ? Math.Min(1, (double)sample / rows) : 1);
        return await flows.Start(caller, ReplayParameters.Flow, parameters.Subject, parameters.Write(), cancellation);
    }
}

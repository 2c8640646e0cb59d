using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Projects.Files;
using Cairn.Projects.Lifecycle;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Projects.Revisions;

/// <summary>POST /api/v1/projects/run: stores the files as a revision and starts the lifecycle of it in the background.</summary>
internal static class RunProject
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/projects/run", Handle)
        .WithName(nameof(RunProject)).WithSummary("Run the lifecycle of a project")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .Requires(Permission.ProjectsRun).Mutates();

    private static async Task<Results<Accepted<FlowRunWire>, ProblemHttpResult>> Handle(
        Client.Wire.RunProject request, ProjectReader reader, ProjectRevisions revisions, FlowRuns flows, Caller caller, CancellationToken cancellation)
    {
        var started = await Start(request, reader, revisions, flows, caller, cancellation);
        return started.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Accepted($"/api/v1/flow-runs/{started.Value.FlowRunId}", started.Value);
    }

    internal static async Task<Answer<FlowRunWire>> Start(
        Client.Wire.RunProject request, ProjectReader reader, ProjectRevisions revisions, FlowRuns flows, Caller caller, CancellationToken cancellation)
    {
        if (request.Project is null) return new Refusal.Invalid("project.files-invalid", "The request holds no project.");
        if (ProjectRevisions.Check(request.Project) is { } wrong) return wrong;

        // Everything that can be refused is refused now, before anything is stored.
        var read = await reader.Read(request.Project.Folder, request.Project.Files, cancellation);
        if (read.Refusal is { } invalid) return invalid;

        var revision = await revisions.Store(caller, request.Project, read.Value.Definition, cancellation);
        var parameters = new LifecycleParameters(revision.Project, revision.Digest, revision.Folder, request.Promote, read.Value.Definition.Algorithms);
        return await flows.Start(caller, LifecycleParameters.Flow, parameters.Subject, parameters.Write(), cancellation);
    }
}

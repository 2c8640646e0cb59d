using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Projects.Retrospect;
using Cairn.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Projects.Imports;

/// <summary>POST /api/v1/imports/mlflow: takes an MLflow store on SQLite in, in the background.</summary>
internal sealed class StartMlflowImport(MlflowImportFlow import, FlowRuns flows)
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/imports/mlflow", Handle)
        .WithName(nameof(StartMlflowImport)).WithSummary("Take an MLflow store on SQLite in, with its files; dry_run only counts").WithTags("Runs")
        .WithDescription("Starts a flow run. Ids stay as they are. Cancelled, or killed, it goes on where it stopped: resume it, or send the same request again. Asked again later, it brings what has been added since.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .Requires(Permission.RunsWrite).Mutates();

    private static async Task<Results<Accepted<FlowRunWire>, ProblemHttpResult>> Handle(MlflowImportRequest request, StartMlflowImport import, Caller caller, CancellationToken cancellation)
    {
        var started = await import.Start(caller, request, cancellation);
        return started.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Accepted($"/api/v1/flow-runs/{started.Value.FlowRunId}", started.Value);
    }

    private async Task<Answer<FlowRunWire>> Start(Caller caller, MlflowImportRequest asked, CancellationToken cancellation)
    {
        if (!caller.May(Permission.ModelsWrite))
            return new Refusal.Forbidden("access.permission-missing", $"An import writes models too, which needs the permission {Permission.ModelsWrite}; {caller.Name} has not got it.");
        if (!Path.IsPathFullyQualified(asked.Folder ?? "")) return new Refusal.Invalid("import.store-invalid", $"The folder is '{asked.Folder}'; give the absolute path that relative paths are meant from.");
        var parameters = new MlflowImportParameters(asked);
        var source = import.Source(parameters);
        if (source.Refusal is { } unreadable) return unreadable;
        if (MlflowImport.Open(source.Value) is { } foreign) return foreign;
        return await Unfinished.Run(flows, caller.Workspace, parameters.Subject, MlflowImportParameters.Flow, json => MlflowImportParameters.Read(json) == parameters, cancellation) is { } stopped
            ? await flows.Resume(caller, stopped, cancellation)
            : await flows.Start(caller, MlflowImportParameters.Flow, parameters.Subject, parameters.Write(), cancellation);
    }
}

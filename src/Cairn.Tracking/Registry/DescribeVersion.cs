using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Naming;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Registry;

/// <summary>PATCH /api/v1/models/{model}/versions/{version}</summary>
internal static class DescribeVersion
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPatch("/api/v1/models/{model}/versions/{version:long}", Handle)
        .Requires(Permission.ModelsWrite).Mutates()
        .WithName(nameof(DescribeVersion)).WithSummary("Describe a model version").WithTags("Models")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status412PreconditionFailed);

    private static async Task<Results<Ok<ModelVersionWire>, ProblemHttpResult>> Handle(
        string model, long version, Describe request, HttpRequest http, Caller caller, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        if (Names.Value("registry.description-invalid", "The description", request.Description, DescribeModel.Longest) is { } bad) return bad.ToProblem();

        var now = clock.Micros();
        var described = await database.Attempt<ModelVersionWire>(
            transaction =>
            {
                if (ModelTable.RequireForChange(transaction, caller.Workspace, model, now).Refusal is { } noModel) return noModel;
                var found = VersionTable.Require(transaction, caller.Workspace, model, version);
                if (found.Refusal is { } refusal) return refusal;
                if (http.Unmatched(() => VersionTable.ToWire(transaction, caller.Workspace, found.Value)) is { } stale) return stale;

                transaction.Execute(
                    "UPDATE model_versions SET description = @Description, updated_at = @now WHERE workspace_id = @workspace AND model = @model AND version = @version",
                    new { workspace = caller.Workspace.Value, model, version, request.Description, now });
                transaction.Write(caller, "model.describe", found.Value.Subject, Detail.Of(new { request.Description }));
                return VersionTable.ToWire(transaction, caller.Workspace, found.Value with { Description = request.Description, UpdatedAt = now });
            },
            cancellation);
        return described.ToOk();
    }
}

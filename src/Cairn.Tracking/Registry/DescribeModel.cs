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

/// <summary>PATCH /api/v1/models/{model}</summary>
internal static class DescribeModel
{
    public const int Longest = 5000;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPatch("/api/v1/models/{model}", Handle)
        .Requires(Permission.ModelsWrite).Mutates()
        .WithName(nameof(DescribeModel)).WithSummary("Describe a model").WithTags("Models")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status412PreconditionFailed);

    private static async Task<Results<Ok<ModelWire>, ProblemHttpResult>> Handle(
        string model, Describe request, HttpRequest http, Caller caller, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        if (Names.Value("registry.description-invalid", "The description", request.Description, Longest) is { } bad) return bad.ToProblem();

        var now = clock.Micros();
        var described = await database.Attempt<ModelWire>(
            transaction =>
            {
                var known = ModelTable.Require(transaction, caller.Workspace, model);
                if (known.Refusal is { } refusal) return refusal;
                if (http.Unmatched(() => ModelTable.ToWire(transaction, caller.Workspace, [known.Value])[0]) is { } stale) return stale;

                var found = ModelTable.RequireForChange(transaction, caller.Workspace, model, now);
                transaction.Execute(
                    "UPDATE registered_models SET description = @Description WHERE workspace_id = @workspace AND name = @model",
                    new { workspace = caller.Workspace.Value, model, request.Description });
                transaction.Write(caller, "model.describe", $"models/{model}", Detail.Of(new { request.Description }));
                return ModelTable.ToWire(transaction, caller.Workspace, [found.Value with { Description = request.Description }])[0];
            },
            cancellation);
        return described.ToOk();
    }
}

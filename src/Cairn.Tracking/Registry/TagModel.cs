using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Sql;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Registry;

/// <summary>PUT /api/v1/models/{model}/tags</summary>
internal static class TagModel
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/api/v1/models/{model}/tags", Handle)
        .Requires(Permission.ModelsWrite).Mutates()
        .WithName(nameof(TagModel)).WithSummary("Set tags of a model; tags not named stay").WithTags("Models")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<ModelWire>, ProblemHttpResult>> Handle(
        string model, SetTags request, Caller caller, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        if (Tags.Check(request.Tags, Registration.LongestTag) is { } bad) return bad.ToProblem();

        var now = clock.Micros();
        var tagged = await database.Attempt<ModelWire>(
            transaction =>
            {
                var found = ModelTable.RequireForChange(transaction, caller.Workspace, model, now);
                if (found.Refusal is { } refusal) return refusal;

                ModelTable.PutTags(transaction, caller.Workspace, model, request.Tags ?? Tags.None);
                transaction.Write(caller, "model.tag", $"models/{model}", Detail.Of(request.Tags));
                return ModelTable.ToWire(transaction, caller.Workspace, [found.Value])[0];
            },
            cancellation);
        return tagged.ToOk();
    }
}

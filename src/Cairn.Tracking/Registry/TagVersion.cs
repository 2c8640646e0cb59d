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

/// <summary>PUT /api/v1/models/{model}/versions/{version}/tags</summary>
internal static class TagVersion
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/api/v1/models/{model}/versions/{version:long}/tags", Handle)
        .Requires(Permission.ModelsWrite).Mutates()
        .WithName(nameof(TagVersion)).WithSummary("Set tags of a model version; tags not named stay").WithTags("Models")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<ModelVersionWire>, ProblemHttpResult>> Handle(
        string model, long version, SetTags request, Caller caller, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        if (Tags.Check(request.Tags, Registration.LongestTag) is { } bad) return bad.ToProblem();

        var now = clock.Micros();
        var tagged = await database.Attempt<ModelVersionWire>(
            transaction =>
            {
                if (ModelTable.RequireForChange(transaction, caller.Workspace, model, now).Refusal is { } noModel) return noModel;
                var found = VersionTable.Require(transaction, caller.Workspace, model, version);
                if (found.Refusal is { } refusal) return refusal;

                VersionTable.PutTags(transaction, caller.Workspace, model, version, request.Tags ?? Tags.None);
                transaction.Write(caller, "model.tag", found.Value.Subject, Detail.Of(request.Tags));
                return VersionTable.ToWire(transaction, caller.Workspace, found.Value);
            },
            cancellation);
        return tagged.ToOk();
    }
}

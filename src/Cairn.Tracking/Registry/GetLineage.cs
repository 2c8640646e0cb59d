using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Packages;
using Cairn.Tracking.RunRecords;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Registry;

/// <summary>GET /api/v1/models/{model}/versions/{version}/lineage: what the version stands on, down to the data.</summary>
internal static class GetLineage
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/models/{model}/versions/{version:long}/lineage", Handle)
        .Requires(Permission.ModelsRead)
        .WithName(nameof(GetLineage)).WithSummary("The run, the dataset versions and the package a version stands on, and its promotions").WithTags("Models")
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<LineageWire>, ProblemHttpResult>> Handle(
        string model, long version, Caller caller, Database database, CancellationToken cancellation)
    {
        var lineage = await database.Read<Answer<LineageWire>>(
            transaction =>
            {
                var found = VersionTable.Require(transaction, caller.Workspace, model, version);
                if (found.Refusal is { } refusal) return refusal;

                var run = found.Value.RunId is { } runId && RunTable.Find(transaction, caller.Workspace, runId) is { } row
                    ? RunTable.ToWire(transaction, caller.Workspace, [row])[0]
                    : null;
                var package = found.Value.PackageDigest is { } digest ? PackageTable.Find(transaction, caller.Workspace, Digest.Parse(digest)) : null;
                return new LineageWire(
                    VersionTable.ToWire(transaction, caller.Workspace, found.Value), run, run?.Inputs ?? [], package?.ToWire(),
                    [
                        .. PromotionTable.All(transaction, caller.Workspace, model)
                            .Where(move => move.Version == version || move.Previous == version).Reverse().Select(move => move.ToWire(model)),
                    ]);
            },
            cancellation);
        return lineage.ToOk();
    }
}

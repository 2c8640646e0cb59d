using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Streams;

/// <summary>GET /api/v1/streams/{name}: with what it is doing.</summary>
internal static class GetStream
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/streams/{name}", Handle)
        .WithName(nameof(GetStream)).WithSummary("Show a stream and what it is doing").WithTags("Streams")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.DeploymentsRead);

    private static async Task<Results<Ok<StreamWire>, ProblemHttpResult>> Handle(string name, Caller caller, Database database, LiveStreams streams, CancellationToken cancellation) =>
        await database.Read(transaction => StreamTable.Find(transaction, caller.Workspace, name), cancellation) is { } row
            ? TypedResults.Ok(streams.ToWire(row))
            : Unknown(name).ToProblem();

    public static Refusal Unknown(string name) => new Refusal.Missing("stream.unknown", $"There is no stream '{name}'. GET /api/v1/streams lists them.");
}

using Cairn.Access;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Streams;

/// <summary>DELETE /api/v1/streams/{name}: its messages stay in the queue.</summary>
internal static class DeleteStream
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/api/v1/streams/{name}", Handle)
        .WithName(nameof(DeleteStream)).WithSummary("Stop answering a queue; its messages stay in it").WithTags("Streams")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.DeploymentsWrite).Mutates();

    private static async Task<Results<NoContent, ProblemHttpResult>> Handle(string name, Caller caller, Database database, CancellationToken cancellation) =>
        await database.Write(transaction => StreamTable.Delete(transaction, caller, name), cancellation) ? TypedResults.NoContent() : GetStream.Unknown(name).ToProblem();
}

using System.Text.Json;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Streams;

/// <summary>PUT /api/v1/streams/{name}: makes a stream or replaces its settings; it runs anew with them.</summary>
internal static class PutStream
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/api/v1/streams/{name}", Handle)
        .WithName(nameof(PutStream)).WithSummary("Answer the messages of a queue with a deployment").WithTags("Streams")
        .Accepts<StreamSettings>("application/json")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.DeploymentsWrite).Mutates();

    private static async Task<Results<Ok<StreamWire>, ProblemHttpResult>> Handle(
        string name, JsonElement request, Caller caller, Database database, LiveStreams streams, TimeProvider clock, CancellationToken cancellation)
    {
        var settings = StreamRules.Read(name, request);
        if (settings.Refusal is { } invalid) return invalid.ToProblem();

        var now = clock.Micros();
        var put = await database.Attempt<StreamRow>(
            transaction => DeploymentTable.Find(transaction, caller.Workspace, settings.Value.Deployment) is null
                ? new Refusal.Missing("deployment.unknown", $"There is no deployment '{settings.Value.Deployment}' to answer with. GET /api/v1/deployments lists them.")
                : StreamTable.Put(transaction, caller, name, settings.Value, now),
            cancellation);
        return put.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Ok(streams.ToWire(put.Value));
    }
}

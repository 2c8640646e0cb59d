using Cairn.Access;
using Cairn.Serving.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Protocols;

/// <summary>GET /v2 and /v2/models/{name}[/versions/{version}]: what the server and a deployment are, in the words of the Open Inference Protocol.</summary>
internal static class DescribeInference
{
    public sealed record Server(string Name, string Version, IReadOnlyList<string> Extensions);

    public sealed record Model(string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorMetadata> Inputs, IReadOnlyList<TensorMetadata> Outputs);

    /// <param name="Shape">-1: as many as there are rows.</param>
    public sealed record TensorMetadata(string Name, string Datatype, IReadOnlyList<int> Shape);

    private static readonly string ServerVersion = typeof(DescribeInference).Assembly.GetName().Version!.ToString(3);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v2", () => TypedResults.Ok(new Server("cairn", ServerVersion, [])))
            .WithName("DescribeInferenceServer").WithSummary("The server, as the Open Inference Protocol describes it").WithTags("Protocols")
            .Requires(Permission.DeploymentsRead).ErrorsAs(InferenceError.Of);
        Describe(routes.MapGet("/v2/models/{name}", Handle).WithName(nameof(DescribeInference)).WithSummary("A deployment, as the Open Inference Protocol describes a model"));
        Describe(routes.MapGet("/v2/models/{name}/versions/{version}", Handle).WithName("DescribeInferenceVersion").WithSummary("A deployment, as the Open Inference Protocol describes a model, if it serves that version"));
    }

    private static void Describe(RouteHandlerBuilder route) => route.WithTags("Protocols").Produces<Model>().Requires(Permission.DeploymentsRead).ErrorsAs(InferenceError.Of);

    private static async Task Handle(string name, Caller caller, HttpContext context, LiveDeployments live, string? version = null)
    {
        var found = live.Find(caller.Workspace, name);
        var route = found.Refusal is { } missing ? missing : await found.Value.Wake(context.RequestAborted);
        var served = route.Refusal is null ? route.Value.Champion : null;
        var refusal = served is null ? route.Refusal : version is null || version == served.Version.ToString() ? null : InferenceError.NoVersion(name, version, served.Version);
        if (refusal is not null)
        {
            await context.Refuse(refusal);
            return;
        }

        var predictor = served!.Package.Predictor;
        var model = new Model(
            name, [served.Version.ToString()], $"cairn_{predictor.Algorithm}", [.. predictor.Inputs.Select(input => new TensorMetadata(input.Name, Tensor.DatatypeOf(input), [-1, 1]))],
            [.. InferenceRequest.Outputs.Select(output => new TensorMetadata(output.Name, output.Datatype, [-1, 1]))]);
        await context.Response.WriteAsJsonAsync(model, context.RequestAborted);
    }
}

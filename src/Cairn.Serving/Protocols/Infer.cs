using Cairn.Access;
using Cairn.Serving.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Protocols;

/// <summary>POST /v2/models/{name}[/versions/{version}]/infer: the inference request of the Open Inference Protocol. A model of the protocol is a deployment.</summary>
internal static class Infer
{
    /// <summary>How many bytes of the body are JSON, when binary data follows.</summary>
    private const string JsonLengthHeader = "Inference-Header-Content-Length";

    public static void Map(IEndpointRouteBuilder routes)
    {
        Describe(routes.MapPost("/v2/models/{name}/infer", Handle).WithName(nameof(Infer)).WithSummary("Predict as the Open Inference Protocol does"));
        Describe(routes.MapPost("/v2/models/{name}/versions/{version}/infer", Version).WithName("InferVersion").WithSummary("Predict as the Open Inference Protocol does, if that version serves"));
    }

    private static void Describe(RouteHandlerBuilder route) => route
        .WithTags("Protocols")
        // No Accepts: clients of the protocol send it with and without a content type.
        .WithDescription("Takes {\"id\", \"inputs\": [{\"name\", \"shape\", \"datatype\", \"data\"}], \"outputs\": [{\"name\"}]}: a tensor for each input, or one of shape [n, inputs] with them in their order. Errors are {\"error\"}.")
        .Requires(Permission.Predict).DataPlane().ErrorsAs(InferenceError.Of);

    private static Task Handle(string name, Caller caller, HttpContext context, LiveDeployments live) => Answer(name, null, caller, context, live);

    private static Task Version(string name, string version, Caller caller, HttpContext context, LiveDeployments live) =>
        Answer(name, version, caller, context, live);

    private static Task Answer(string name, string? version, Caller caller, HttpContext context, LiveDeployments live)
    {
        if (context.Request.Headers.TryGetValue(JsonLengthHeader, out var length) && length != context.Request.ContentLength?.ToString()) return context.Refuse(InferenceError.Binary());
        var request = new InferenceRequest(name, version);
        return ProtocolRequest.Answer(context, live.Find(caller.Workspace, name), caller, request.Read, request.Write);
    }
}

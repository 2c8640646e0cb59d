using Cairn.Access.Guarding;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cairn.Access.Conditional;

/// <summary>
/// A read answers with an <c>ETag</c>, and with 304 and nothing more when <c>If-None-Match</c> names it. The answer is still made, so that
/// nobody sees an old one: what is saved is sending and parsing it.
/// </summary>
/// <remarks>An endpoint that sets its own ETag, as artifacts do with their digest, keeps it.</remarks>
internal sealed class ConditionalReads(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) && context.GetEndpoint()?.Metadata.GetMetadata<Demand>() is { Permission: not null } ? Tagged(context) : next(context);

    private async Task Tagged(HttpContext context)
    {
        var original = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var body = new HeldBody(context.Response, original.Stream);
        var held = new StreamResponseBodyFeature(body, original);
        context.Features.Set<IHttpResponseBodyFeature>(held);
        try
        {
            await next(context);
            await held.CompleteAsync();
        }
        finally
        {
            context.Features.Set(original);
        }

        if (body.Holds) await Answer(context, body.Held);
    }

    private static Task Answer(HttpContext context, ReadOnlyMemory<byte> body)
    {
        var response = context.Response;
        if (body.IsEmpty) return Task.CompletedTask;
        if (response.StatusCode == StatusCodes.Status200OK && response.Headers.ETag.Count == 0)
        {
            var tag = EntityTag.Of(body.Span);
            response.Headers.ETag = tag;
            response.Headers.CacheControl = "no-cache, private"; // may be kept by its reader, who asks each time whether it still holds
            if (EntityTag.IsIn(context.Request.GetTypedHeaders().IfNoneMatch, tag, strong: false))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                response.ContentType = null;
                response.ContentLength = null;
                return Task.CompletedTask;
            }
        }

        response.ContentLength = body.Length;
        return response.BodyWriter.WriteAsync(body, context.RequestAborted).AsTask();
    }
}

using System.Buffers;
using Cairn.Access.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cairn.Access.Guarding;

/// <summary>Refuses a body that says beforehand that it is too large, and reads it to its end first.</summary>
/// <remarks>A connection closed under a client that still sends takes the answer with it: the client would see a broken pipe and no reason.</remarks>
internal sealed class SizeGuard(RequestDelegate next)
{
    private const long MostDrained = 256 << 20;

    public Task InvokeAsync(HttpContext context) =>
        context.Request.ContentLength is { } length && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { MaxRequestBodySize: { } most, IsReadOnly: false } limit && length > most
            ? Refuse(context, limit, length)
            : next(context);

    private static async Task Refuse(HttpContext context, IHttpMaxRequestBodySizeFeature limit, long length)
    {
        if (length <= MostDrained)
        {
            limit.MaxRequestBodySize = length;
            var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
            try
            {
                while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted) > 0) { }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        await ProblemResponses.OfTooLarge().Write(context);
    }
}

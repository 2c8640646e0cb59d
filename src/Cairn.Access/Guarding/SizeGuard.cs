using System.Buffers;
using Cairn.Access.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Net.Http.Headers;

namespace Cairn.Access.Guarding;

/// <summary>Refuses a body that says beforehand that it is too large, and reads it to its end first.</summary>
/// <remarks>A connection closed under a client that still sends takes the answer with it: the client would see a broken pipe and no reason.</remarks>
internal sealed class SizeGuard(RequestDelegate next)
{
    private const long MostDrained = 256 << 20;

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<StreamedBody>() is { } streamed && Takes(streamed, context.Request.ContentType)) LiftLimits(context.Features);
        return context.Request.ContentLength is { } length && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { MaxRequestBodySize: { } most, IsReadOnly: false } limit && length > most
            ? Refuse(context, limit, length)
            : next(context);
    }

    private static bool Takes(StreamedBody streamed, string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type) && streamed.MediaTypes.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase);

    // Who waits for an answer before sending the next line is slow by intent.
    private static void LiftLimits(IFeatureCollection features)
    {
        if (features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
        if (features.Get<IHttpMinRequestBodyDataRateFeature>() is { } request) request.MinDataRate = null;
        if (features.Get<IHttpMinResponseDataRateFeature>() is { } response) response.MinDataRate = null;
    }

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

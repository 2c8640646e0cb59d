using System.Security.Cryptography;
using System.Text;
using Cairn.Access.Guarding;
using Cairn.Access.Problems;
using Cairn.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cairn.Access.Idempotency;

/// <summary>A mutation with an <c>Idempotency-Key</c> happens once; sent again it gets the first answer, marked <c>Idempotency-Replayed: true</c>.</summary>
internal sealed class IdempotentRequests(RequestDelegate next, IdempotencyKeys keys)
{
    private const int LongestKey = 255;

    public Task InvokeAsync(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<Effect>() is { Kind: EffectKind.Mutation } && context.Request.Headers.TryGetValue("Idempotency-Key", out var key)
            ? Once(context, key.ToString())
            : next(context);

    private async Task Once(HttpContext context, string key)
    {
        if (key.Length is 0 or > LongestKey || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            await ProblemBody.Of(new Refusal.Invalid(
                "access.idempotency-key-invalid", $"The Idempotency-Key has {key.Length} characters. It takes 1 to {LongestKey} visible ASCII characters; a UUID is a good one.")).Write(context);
            return;
        }

        var caller = context.Features.Get<Caller>()!;
        var digest = await DigestOf(context.Request, caller, context.RequestAborted);
        var claim = await keys.Claim(caller.Workspace, key, digest, context.RequestAborted);
        if (claim.Refusal is { } refusal)
        {
            await ProblemBody.Of(refusal).Write(context);
            return;
        }

        if (claim.Value is { } first)
        {
            context.Response.Headers["Idempotency-Replayed"] = "true";
            await Replay(context.Response, first);
            return;
        }

        await Record(context, caller.Workspace, key, digest);
    }

    private async Task Record(HttpContext context, WorkspaceId workspace, string key, string digest)
    {
        var completed = false;
        try
        {
            var original = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
            using var body = new MemoryStream();
            context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
            // Once begun it is finished and its answer kept, even if the caller has hung up: that is who will ask again.
            var aborted = context.RequestAborted;
            context.RequestAborted = CancellationToken.None;
            try
            {
                await next(context);
            }
            finally
            {
                context.Features.Set(original);
                context.RequestAborted = aborted;
            }

            var response = context.Response;
            if (response.StatusCode is >= 200 and < 300)
            {
                var answer = new IdempotencyKeys.Stored(digest, response.StatusCode, response.ContentType ?? "", response.Headers.Location.ToString(), body.ToArray());
                completed = true;
                await keys.Complete(workspace, key, answer);
            }

            if (body.Length > 0) await response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted);
        }
        finally
        {
            if (!completed) await keys.Release(workspace, key);
        }
    }

    private static async Task Replay(HttpResponse response, IdempotencyKeys.Stored first)
    {
        response.StatusCode = (int)first.Status;
        if (first.ContentType.Length > 0) response.ContentType = first.ContentType;
        if (first.Location.Length > 0) response.Headers.Location = first.Location;
        if (first.Body.Length > 0) await response.Body.WriteAsync(first.Body, response.HttpContext.RequestAborted);
    }

    private static async Task<string> DigestOf(HttpRequest request, Caller caller, CancellationToken cancellation)
    {
        request.EnableBuffering();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{caller.Name}\n{request.Method}\n{request.Path}{request.QueryString}\n"));
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellation)) > 0) hash.AppendData(buffer, 0, read);
        request.Body.Position = 0;
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

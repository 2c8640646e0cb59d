using System.Globalization;
using Cairn.Access.Guarding;
using Cairn.Access.Problems;
using Microsoft.AspNetCore.Http;

namespace Cairn.Access.Limits;

/// <summary>
/// Gives up (504 <c>request.timeout</c>) on a read, or a question sent by POST, whose answer has not begun in time. What changes something is
/// not given up: its caller would not know whether it happened. Predictions have a limit of their own.
/// </summary>
internal sealed class TimeGuard(RequestDelegate next, LimitOptions options, TimeProvider clock)
{
    public Task InvokeAsync(HttpContext context) => context.GetEndpoint()?.Metadata is { } marks
        && marks.GetMetadata<Demand>() is { Permission: not null }
        && (marks.GetMetadata<Effect>() is { } effect ? effect.Kind == EffectKind.None : HttpMethods.IsGet(context.Request.Method))
            ? Limited(context)
            : next(context);

    private async Task Limited(HttpContext context)
    {
        var hungUp = context.RequestAborted;
        var time = new CancellationTokenSource(options.RequestTime, clock);
        var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, hungUp);
        context.Response.RegisterForDispose(either);
        context.Response.RegisterForDispose(time);
        // A download may take as long as its reader likes.
        context.Response.OnStarting(static state => Task.FromResult(((CancellationTokenSource)state).TryReset()), time);
        context.RequestAborted = either.Token;
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested && !hungUp.IsCancellationRequested && !context.Response.HasStarted)
        {
            context.RequestAborted = hungUp;
            await ProblemBody.Of(
                StatusCodes.Status504GatewayTimeout, "request.timeout",
                string.Create(CultureInfo.InvariantCulture, $"{context.Request.Method} {context.Request.Path} took longer than {options.RequestTime.TotalSeconds:0.###} s and was given up. Ask for less at once, or start the server with a longer --request-timeout.")).Write(context);
        }
        finally
        {
            context.RequestAborted = hungUp;
        }
    }
}

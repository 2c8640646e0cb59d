using System.Diagnostics;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Protocols;
using Cairn.Serving.Variants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cairn.Serving.Online;

/// <summary>POST /api/v1/deployments/{name}/predict: one row or many, answered by the model that serves now.</summary>
internal static class Predict
{
    /// <value><c>false</c> when a prediction was answered that the log did not take.</value>
    public const string LoggedHeader = "Cairn-Logged";

    public static void Map(IEndpointRouteBuilder routes) => Describe(routes
        .MapPost("/api/v1/deployments/{name}/predict", Handle)
        .WithName(nameof(Predict)).WithSummary("Predict with a deployment: one row or many"))
        .AddShortWay(routes, (context, caller, live) => live.Find(caller.Workspace, (string)context.Request.RouteValues["name"]!));

    /// <summary>What both ways to predict say of themselves.</summary>
    public static RouteHandlerBuilder Describe(RouteHandlerBuilder route) => route
        .WithTags("Serving")
        .WithDescription("Takes one object with the inputs of the model, {\"rows\": [...]} or a list of objects (at most 10,000 rows, 16 MiB). Every row is answered or none is. explain=true adds how far each feature moved the answer. As application/x-ndjson or application/jsonl, lines are answered by lines while they come, without a limit on their number.")
        .Accepts<Dictionary<string, object>>("application/json", LineStream.MediaTypes)
        .Produces<PredictionWire>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .ProducesProblem(StatusCodes.Status504GatewayTimeout)
        .Requires(Permission.Predict).DataPlane().Streams(LineStream.MediaTypes);

    /// <summary>A request without a query has nothing to bind: it goes straight to the answer, and no scope of services is made for it.</summary>
    public static void AddShortWay(this RouteHandlerBuilder route, IEndpointRouteBuilder routes, Func<HttpContext, Caller, LiveDeployments, Answer<LiveDeployment>> find)
    {
        var services = routes.ServiceProvider;
        var (live, clock) = (services.GetRequiredService<LiveDeployments>(), services.GetRequiredService<TimeProvider>());
        var (log, admission, shadows) = (services.GetRequiredService<PredictionLog>(), services.GetRequiredService<Admission>(), services.GetRequiredService<ShadowQueue>());
        route.Add(endpoint =>
        {
            var bound = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context =>
            {
                if (context.Request.QueryString.HasValue) return bound(context);
                var caller = context.Features.GetRequiredFeature<Caller>();
                return Answer(context, find(context, caller, live), caller, explain: false, clock, log, admission, shadows);
            };
        });
    }

    public static async Task Answer(HttpContext context, Answer<LiveDeployment> deployment, Caller caller, bool explain, TimeProvider clock, PredictionLog log, Admission admission, ShadowQueue shadows)
    {
        if (await admission.Enter(context, caller) is { } over)
        {
            await over.ToProblem().ExecuteAsync(context);
            return;
        }

        if (deployment.Refusal is { } missing)
        {
            await missing.ToProblem().ExecuteAsync(context);
            return;
        }

        if (LineStream.IsAsked(context.Request))
        {
            var lifetime = context.RequestServices.GetRequiredService<IHostApplicationLifetime>();
            await new LineStream(context, deployment.Value, caller, explain, clock, log, admission, shadows, lifetime.ApplicationStopping).Run();
            return;
        }

        if (context.Request.ContentType != "application/json" && !context.Request.HasJsonContentType())
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        var started = Stopwatch.GetTimestamp();
        var rowLog = RowLog.Of(deployment.Value.Settings.Log, caller, clock);
        var read = await RequestBody.Read(context);
        if (read.Refusal is { } tooLarge)
        {
            await tooLarge.ToProblem().ExecuteAsync(context);
            return;
        }

        using var body = read.Value;
        var route = await deployment.Value.Route(context.RequestAborted);
        if (route.Refusal is { } asleep)
        {
            await asleep.ToProblem().ExecuteAsync(context);
            return;
        }

        using var inFlight = admission.Begin();
        var buffer = AnswerBuffer.Rent();
        try
        {
            var routing = route.Value;
            var refusal = new PredictRows(routing, explain, clock, buffer, rowLog, admission.Patience(context.RequestAborted)).Run(body.Bytes) ?? admission.Charge(context, caller, buffer.Answered);
            if (refusal is null)
            {
                var kept = await log.Keep(routing.Champion.Source, buffer.Records, deployment.Value.Settings.Log);
                refusal = kept.Refusal;
                if (refusal is null && !kept.Value) context.Response.Headers[LoggedHeader] = "false";
            }

            if (refusal is not null)
            {
                await refusal.ToProblem().ExecuteAsync(context);
                return;
            }

            buffer.Publish(Stopwatch.GetElapsedTime(started));
            var written = buffer.Written;
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = written.Length;
            await context.Response.BodyWriter.WriteAsync(written);
            if (buffer.Shadowed.Count > 0) shadows.Offer(new(routing, body.Copy(), [.. buffer.Shadowed], rowLog));
        }
        finally
        {
            buffer.Return();
        }
    }

    private static Task Handle(string name, Caller caller, HttpContext context, LiveDeployments live, TimeProvider clock, PredictionLog log, Admission admission, ShadowQueue shadows, bool explain = false) =>
        Answer(context, live.Find(caller.Workspace, name), caller, explain, clock, log, admission, shadows);
}

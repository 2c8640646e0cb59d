using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Variants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Online;

/// <summary>POST /api/v1/deployments/{name}/predict: one row or many, answered by the model that serves now.</summary>
internal static class Predict
{
    /// <value><c>false</c> when a prediction was answered that the log did not take.</value>
    private const string LoggedHeader = "Cairn-Logged";

    public static void Map(IEndpointRouteBuilder routes) => Describe(routes
        .MapPost("/api/v1/deployments/{name}/predict", Handle)
        .WithName(nameof(Predict)).WithSummary("Predict with a deployment: one row or many"));

    /// <summary>What both ways to predict say of themselves.</summary>
    public static void Describe(RouteHandlerBuilder route) => route
        .WithTags("Serving")
        .WithDescription("Takes one object with the inputs of the model, {\"rows\": [...]} or a list of objects (at most 10,000 rows, 16 MiB). Every row is answered or none is. explain=true adds how far each feature moved the answer.")
        .Accepts<Dictionary<string, object>>("application/json")
        .Produces<PredictionWire>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .Requires(Permission.Predict).DataPlane();

    public static async Task Answer(HttpContext context, Answer<LiveDeployment> deployment, Caller caller, bool explain, TimeProvider clock, PredictionLog log, Admission admission)
    {
        if (admission.Enter(context, caller) is { } over)
        {
            await over.ToProblem().ExecuteAsync(context);
            return;
        }

        if (deployment.Refusal is { } missing)
        {
            await missing.ToProblem().ExecuteAsync(context);
            return;
        }

        if (!context.Request.HasJsonContentType())
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        var cancellation = context.RequestAborted;
        var rowLog = RowLog.Of(deployment.Value.Settings.Log, caller, clock);
        var read = await RequestBody.Read(context.Request, cancellation);
        if (read.Refusal is { } tooLarge)
        {
            await tooLarge.ToProblem().ExecuteAsync(context);
            return;
        }

        using var body = read.Value;
        var buffer = AnswerBuffer.Rent();
        try
        {
            // Read once: a swap in the middle of the request does not touch it.
            var routing = deployment.Value.Routing;
            var refusal = routing is null ? NoModel(deployment.Value) : Rows(deployment.Value, routing, body, explain, clock, buffer, rowLog) ?? admission.Charge(context, caller, buffer.Answered);
            if (refusal is null)
            {
                var kept = await log.Keep(routing!.Champion.Source, buffer.Records, deployment.Value.Settings.Log);
                refusal = kept.Refusal;
                if (refusal is null && !kept.Value) context.Response.Headers[LoggedHeader] = "false";
            }

            if (refusal is not null)
            {
                await refusal.ToProblem().ExecuteAsync(context);
                return;
            }

            var written = buffer.Written;
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = written.Length;
            await context.Response.BodyWriter.WriteAsync(written, cancellation);
        }
        finally
        {
            buffer.Return();
        }
    }

    private static Task Handle(string name, Caller caller, HttpContext context, LiveDeployments live, TimeProvider clock, PredictionLog log, Admission admission, bool explain = false) =>
        Answer(context, live.Find(caller.Workspace, name), caller, explain, clock, log, admission);

    private static Refusal? Rows(LiveDeployment deployment, Routing routing, RequestBody body, bool explain, TimeProvider clock, AnswerBuffer buffer, RowLog? log)
    {
        var entityName = log is null && !routing.IsSplit ? [] : deployment.EntityName(routing.Champion);
        var rows = new PredictRows(routing, entityName, explain, clock, buffer, log);
        var refusal = rows.Run(body.Bytes);
        if (refusal is not null) return refusal;

        foreach (var row in buffer.Rows)
        {
            var variant = row.Model.Source.Row;
            if (row.Answered > 0) ServingMeter.Predictions.Add(row.Answered, new("deployment", variant.Deployment), new("variant", variant.Variant));
            if (row.Errors > 0) ServingMeter.VariantErrors.Add(row.Errors, new("deployment", variant.Deployment), new("variant", variant.Variant));
        }

        return null;
    }

    private static Refusal.Unavailable NoModel(LiveDeployment deployment) =>
        new("deployment.no-model", $"The deployment {deployment.Row.Name} serves nothing. {deployment.Problem}");
}

using System.Diagnostics;
using System.Text.Json;
using Cairn.Access;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Online;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Serving.Protocols;

/// <summary>What the protocols share: from the body of a request to an answer that is in the log.</summary>
internal static class ProtocolRequest
{
    /// <returns>What is wrong with the body; null: its rows were added.</returns>
    public delegate Refusal? ReadRows(ReadOnlySpan<byte> body, RowAnswers rows);

    public static async Task Answer(
        HttpContext context, Answer<LiveDeployment> deployment, Caller caller, ReadRows read, Action<Utf8JsonWriter, RowAnswers> write)
    {
        var services = context.RequestServices.GetRequiredService<AnswerPath>();
        if (await services.Admission.Enter(context, caller) is { } over)
        {
            await context.Refuse(over);
            return;
        }

        if (deployment.Refusal is { } missing)
        {
            await context.Refuse(missing);
            return;
        }

        if (context.Request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding and not "identity")
        {
            await context.Refuse(new Refusal.Unsupported("request.media-type", $"The body has the encoding {encoding}; it is taken as it is, without compression."));
            return;
        }

        var (settings, started) = (deployment.Value.Settings.Log, Stopwatch.GetTimestamp());
        var rowLog = RowLog.Of(settings, caller, services.Clock);
        var body = await RequestBody.Read(context);
        if (body.Refusal is { } tooLarge)
        {
            await context.Refuse(tooLarge);
            return;
        }

        using var bytes = body.Value;
        var route = await deployment.Value.Route(context.RequestAborted);
        if (route.Refusal is { } nothing)
        {
            await context.Refuse(nothing);
            return;
        }

        using var inFlight = services.Admission.Begin();
        var buffer = AnswerBuffer.Rent();
        try
        {
            var routing = route.Value;
            var rows = new RowAnswers(routing, buffer, rowLog, services.Clock, services.Admission.Patience(context.RequestAborted));
            var refusal = Rows(bytes, rows, buffer, read, write) ?? services.Admission.Charge(context, caller, buffer.Answered);
            if (refusal is null)
            {
                var kept = await services.Log.Keep(routing.Champion.Source, buffer.Records, settings);
                refusal = kept.Refusal;
                if (refusal is null && !kept.Value) context.Response.Headers[Predict.LoggedHeader] = "false";
            }

            if (refusal is not null)
            {
                await context.Refuse(refusal);
                return;
            }

            buffer.Publish(Stopwatch.GetElapsedTime(started));
            var written = buffer.Written;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = written.Length;
            await context.Response.BodyWriter.WriteAsync(written, context.RequestAborted);
            rows.Shadow(services.Shadows);
        }
        finally
        {
            buffer.Return();
        }
    }

    private static Refusal? Rows(RequestBody body, RowAnswers rows, AnswerBuffer buffer, ReadRows read, Action<Utf8JsonWriter, RowAnswers> write)
    {
        var refusal = read(body.Bytes, rows) ?? rows.End();
        if (refusal is not null) return refusal;
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        write(json, rows);
        return null;
    }
}

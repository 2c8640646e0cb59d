using System.Text.Json;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Access.Problems;

/// <summary>Turns what the framework answers by itself, and every exception, into the one shape of an error.</summary>
internal sealed partial class ProblemResponses(RequestDelegate next, IHostApplicationLifetime lifetime, ILogger<ProblemResponses> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(AdviseRetry, context.Response);
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest; // nobody reads it but the log
            return;
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.Response.HasStarted)
        {
            // Its body had not arrived when the server began to stop: the handler has not run.
            await ProblemBody.Of(StatusCodes.Status503ServiceUnavailable, "server.stopping", "The server is stopping and did not begin this request. Send it again when it is back.").Write(context);
            return;
        }
        catch (BadHttpRequestException malformed) when (!context.Response.HasStarted)
        {
            await OfBinding(malformed).Write(context);
            return;
        }
        catch (StorageException fault) when (!context.Response.HasStarted)
        {
            if (fault.Fault != Storage.StorageFault.Text) StorageFault(fault, context.Request.Method, context.Request.Path);
            Forget(context.Response.Headers);
            await ProblemBody.Of(fault.ToRefusal()).Write(context);
            return;
        }
#pragma warning disable CA1031 // the edge: whatever it was, the client gets a problem with a trace id and the log the rest
        catch (Exception fault) when (!context.Response.HasStarted)
#pragma warning restore CA1031
        {
            Fault(fault, context.Request.Method, context.Request.Path);
            Forget(context.Response.Headers);
            await ProblemBody.Of(
                StatusCodes.Status500InternalServerError, "server.fault",
                "The server met a fault of its own. Nothing half done was stored. Its log has the cause under this trace id; report it if it comes again.").Write(context);
            return;
        }

        if (!context.Response.HasStarted && context.Response is { StatusCode: >= 400, ContentType: null, ContentLength: null or 0 })
            await OfStatus(context).Write(context);
    }

    private static Task AdviseRetry(object state)
    {
        var response = (HttpResponse)state;
        if (response.StatusCode == StatusCodes.Status503ServiceUnavailable && response.Headers.RetryAfter.Count == 0) response.Headers.RetryAfter = "1";
        return Task.CompletedTask;
    }

    // What the handler said of the answer it did not give; the headers of the host stay.
    private static void Forget(IHeaderDictionary headers)
    {
        headers.ContentLength = null;
        headers.ContentEncoding = default;
        headers.Location = default;
        headers.ETag = default;
    }

    private static Problem OfStatus(HttpContext context)
    {
        var request = context.Request;
        return context.Response.StatusCode switch
        {
            400 => OfParameter(UnreadableParameter.Find(context)),
            404 => ProblemBody.Of(404, "request.no-such-route", $"Nothing is at {request.Method} {request.Path}. The description of the API is at /openapi/v1.json, a readable one at /docs."),
            405 => ProblemBody.Of(405, "request.method", $"{request.Path} does not take {request.Method}; it takes {context.Response.Headers.Allow}."),
            408 => OfTooSlow(),
            413 => OfTooLarge(),
            415 => OfMediaType($"found '{request.ContentType}'"),
            var status => ProblemBody.Of(status, "request.refused", $"The request was answered with status {status}."),
        };
    }

    private static Problem OfBinding(BadHttpRequestException malformed) => malformed switch
    {
        { StatusCode: 408 } => OfTooSlow(),
        { StatusCode: 413 } => OfTooLarge(),
        { StatusCode: 415 } => OfMediaType(malformed.Message),
        { InnerException: JsonException json } => ProblemBody.Of(400, "request.malformed", $"The body is not what this endpoint takes: {Place(json)}. Compare it with /docs.", [Field(json)]),
        _ => ProblemBody.Of(400, "request.malformed", $"{malformed.Message} Compare the request with /docs."),
    };

    private static Problem OfParameter(FieldProblem? unreadable) => unreadable is null
        ? ProblemBody.Of(400, "request.malformed", "A value in the path or the query cannot be read. Compare the request with /docs.")
        : ProblemBody.Of(400, "request.malformed", $"{unreadable.Field} is '{unreadable.Found}'; this endpoint takes {unreadable.Expected}. Compare the request with /docs.", [unreadable]);

    private static FieldProblem Field(JsonException json) => new(json.Path ?? "$", Sentence(json), "JSON as described in /docs");

    private static string Place(JsonException json) => json.LineNumber is { } line
        ? $"{Sentence(json)} (at {json.Path ?? "$"}, line {line + 1}, byte {json.BytePositionInLine + 1})"
        : Sentence(json);

    // System.Text.Json appends the place to its message, counted from 0; and names our types, which say nothing to a caller.
    private static string Sentence(JsonException json)
    {
        var text = json.Message;
        var end = text.IndexOf(" Path: ", StringComparison.Ordinal);
        if (end < 0) end = text.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        if (end >= 0) text = text[..end];
        return text.Contains("could not be converted to", StringComparison.Ordinal) ? "the value has the wrong type" : text.TrimEnd('.');
    }

    public static Problem OfTooLarge() => ProblemBody.Of(
        413, "request.too-large", "The body is larger than this endpoint takes. Send fewer rows in a request, or upload a file.");

    private static Problem OfTooSlow() => ProblemBody.Of(
        408, "request.too-slow", "The body came too slowly and was not waited for. Send it again over a better line, or in smaller parts.");

    private static Problem OfMediaType(string found) => ProblemBody.Of(
        415, "request.media-type", $"This endpoint takes application/json ({found.TrimEnd('.')}). Set the header Content-Type.");

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} met a fault")]
    private partial void Fault(Exception fault, string method, string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} met a fault of the storage")]
    private partial void StorageFault(StorageException fault, string method, string path);
}

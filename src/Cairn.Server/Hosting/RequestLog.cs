using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cairn.Server.Hosting;

/// <summary>One line for a request that failed or was slow; the rest only at level Debug, so that a prediction costs no log line.</summary>
internal sealed partial class RequestLog(RequestDelegate next, ILogger<RequestLog> log)
{
    private const double SlowMilliseconds = 1000;

    public async Task InvokeAsync(HttpContext context)
    {
        var start = Stopwatch.GetTimestamp();
        await next(context);
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var status = context.Response.StatusCode;
        // Who is over its limit is refused thousands of times a second: /metrics counts that.
        var level = status == StatusCodes.Status429TooManyRequests ? LogLevel.Debug : status >= 500 ? LogLevel.Warning : status >= 400 || elapsed >= SlowMilliseconds ? LogLevel.Information : LogLevel.Debug;
        if (log.IsEnabled(level)) Answered(level, context.Request.Method, context.Request.Path, status, Math.Round(elapsed, 3));
    }

    [LoggerMessage(Message = "{Method} {Path} was answered with {Status} after {Milliseconds} ms")]
    private partial void Answered(LogLevel level, string method, string path, int status, double milliseconds);
}

using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cairn.Server.Hosting;

/// <summary>One line for a request that failed or was slow; the rest only at level Debug, so that a prediction costs no log line.</summary>
internal sealed partial class RequestLog(RequestDelegate next, TimeProvider clock, ILogger<RequestLog> log)
{
    private const double SlowMilliseconds = 1000;

    private readonly LineBudget _budget = new(clock);

    public async Task InvokeAsync(HttpContext context)
    {
        var start = Stopwatch.GetTimestamp();
        await next(context);
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var status = context.Response.StatusCode;
        var level = status >= 500 ? LogLevel.Warning : status >= 400 || elapsed >= SlowMilliseconds ? LogLevel.Information : LogLevel.Debug;
        var leftOut = 0;
        if (!log.IsEnabled(level) || (status >= 400 && !_budget.Take(status, out leftOut))) return;
        if (leftOut > 0) LeftOut(level, leftOut, status);
        Answered(level, context.Request.Method, context.Request.Path, status, Math.Round(elapsed, 3));
    }

    [LoggerMessage(Message = "{Method} {Path} was answered with {Status} after {Milliseconds} ms")]
    private partial void Answered(LogLevel level, string method, string path, int status, double milliseconds);

    [LoggerMessage(Message = "{Count} more answers with {Status} were not logged, so that they do not drown the rest; /metrics counts them all")]
    private partial void LeftOut(LogLevel level, int count, int status);
}

using System.Diagnostics;
using Cairn.Access.Guarding;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Access.Problems;

/// <summary>The one shape of every error: RFC 9457 with <c>code</c>, <c>trace_id</c> and <c>errors</c>.</summary>
internal static class ProblemBody
{
    private const string ContentType = "application/problem+json";

    public static Problem Of(Refusal refusal) => Of(Status(refusal), refusal.Code, refusal.Detail, refusal.Fields);

    public static Problem Of(int status, string code, string detail, IReadOnlyList<FieldProblem>? fields = null) => new(
        $"https://cairn.dev/problems/{code}", code, status, detail, code, Activity.Current?.TraceId.ToHexString(),
        fields is { Count: > 0 } ? [.. fields.Select(field => new ProblemField(field.Field, field.Found, field.Expected))] : null);

    public static ProblemHttpResult ToResult(this Problem problem)
    {
        var details = new ProblemDetails { Type = problem.Type, Title = problem.Title, Status = problem.Status, Detail = problem.Detail };
        details.Extensions["code"] = problem.Code;
        if (problem.TraceId is { } trace) details.Extensions["trace_id"] = trace;
        if (problem.Errors is { } errors) details.Extensions["errors"] = errors;
        return TypedResults.Problem(details);
    }

    /// <summary>For middleware, where there is no handler to return a result from, and for endpoints that speak a protocol of others.</summary>
    public static Task Write(this Problem problem, HttpContext context)
    {
        context.Response.StatusCode = problem.Status;
        if (AsPage(context.Request) && context.RequestServices.GetService<ProblemPage>() is { } page) return page.Show(context, problem);
        return context.GetEndpoint()?.Metadata.GetMetadata<ErrorShape>() is { } shape
            ? context.Response.WriteAsJsonAsync(shape.Of(problem), CairnJson.Options, "application/json", context.RequestAborted)
            : context.Response.WriteAsJsonAsync(problem, CairnJson.Options, ContentType, context.RequestAborted);
    }

    /// <summary>A browser that goes to an address asks for HTML by name; what it fetches below /api it reads as data.</summary>
    private static bool AsPage(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal) && !request.Path.StartsWithSegments("/api", StringComparison.Ordinal);

    private static int Status(Refusal refusal) => refusal switch
    {
        Refusal.Missing => StatusCodes.Status404NotFound,
        Refusal.Conflict => StatusCodes.Status409Conflict,
        Refusal.Stale => StatusCodes.Status412PreconditionFailed,
        Refusal.Invalid => StatusCodes.Status400BadRequest,
        Refusal.Forbidden => StatusCodes.Status403Forbidden,
        Refusal.TooLarge => StatusCodes.Status413PayloadTooLarge,
        Refusal.Exhausted => StatusCodes.Status429TooManyRequests,
        Refusal.TimedOut => StatusCodes.Status504GatewayTimeout,
        Refusal.Unsupported => StatusCodes.Status415UnsupportedMediaType,
        Refusal.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => throw new UnreachableException($"{refusal.GetType()} has no status."),
    };
}

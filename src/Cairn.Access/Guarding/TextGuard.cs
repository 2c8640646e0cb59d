using Cairn.Access.Problems;
using Cairn.Kernel;
using Microsoft.AspNetCore.Http;

namespace Cairn.Access.Guarding;

/// <summary>U+0000 in a query ends here: no name holds it, and PostgreSQL takes no text with it. In a path the web server refuses it.</summary>
internal sealed class TextGuard(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        context.Request.QueryString is { HasValue: true, Value: { } query } && query.Contains("%00", StringComparison.Ordinal)
            ? ProblemBody.Of(new Refusal.Invalid("request.malformed", "The query holds the character U+0000 (%00), which no value may. Leave it out.")).Write(context)
            : next(context);
}

using Cairn.Access;
using Cairn.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cairn.Tracking.Edge;

/// <summary>An answer as HTTP says it.</summary>
internal static class Reply
{
    public static Results<Ok<T>, ProblemHttpResult> ToOk<T>(this Answer<T> answer) =>
        answer.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Ok(answer.Value);

    public static Results<Created<T>, ProblemHttpResult> ToCreated<T>(this Answer<T> answer, Func<T, string> location) =>
        answer.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Created(location(answer.Value), answer.Value);

    public static Results<NoContent, ProblemHttpResult> ToNoContent(this Answer<Done> answer) =>
        answer.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.NoContent();
}

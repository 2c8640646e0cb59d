using System.Net;
using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Access;

internal static class ProblemReading
{
    /// <summary>The answer has the given status and, in full, the one shape of an error.</summary>
    public static async Task<Problem> ShouldBeProblem(this HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var body = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(status, body);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = JsonSerializer.Deserialize<Problem>(body, CairnJson.Options)!;
        problem.Code.ShouldBe(code);
        problem.Title.ShouldBe(code);
        problem.Type.ShouldBe($"https://cairn.dev/problems/{code}");
        problem.Status.ShouldBe((int)status);
        problem.Detail.ShouldNotBeNullOrWhiteSpace();
        problem.TraceId.ShouldNotBeNull().ShouldMatch("^[0-9a-f]{32}$");
        return problem;
    }
}

using System.Text.Json;
using Cairn.Kernel;

namespace Cairn.Serving.Protocols;

/// <summary>What is wrong with the body of a request as a whole.</summary>
internal static class BodyProblems
{
    public static Refusal Malformed(string place, string found, string expected)
    {
        var problem = new FieldProblem(place, found, expected);
        return new Refusal.Invalid("request.malformed", $"The body is not as this endpoint takes it: {problem}.") { Fields = [problem] };
    }

    public static Refusal NotUtf8() => Malformed("$", "bytes that are no UTF-8", "UTF-8");

    public static Refusal NotJson(JsonException e)
    {
        var place = e.LineNumber is { } line ? $" (line {line + 1}, byte {e.BytePositionInLine + 1})" : "";
        return Malformed("$", $"no JSON: {Sentence(e)}{place}", "JSON");
    }

    /// <summary>What the reader says without the place it appends, which it counts from 0.</summary>
    public static string Sentence(JsonException e) => e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal) is var end and >= 0 ? e.Message[..end].TrimEnd('.') : e.Message;
}

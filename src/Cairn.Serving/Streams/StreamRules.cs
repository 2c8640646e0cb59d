using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;

namespace Cairn.Serving.Streams;

/// <summary>Which settings a stream may have.</summary>
internal static class StreamRules
{
    private const int LongestName = 255, LargestPrefetch = 10_000;

    // A key that is written wrong would otherwise be a setting that never takes effect.
    private static readonly JsonSerializerOptions Strict = new(CairnJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true };

    public static Answer<StreamSettings> Read(string name, JsonElement json)
    {
        if (DeploymentName.Check(name) is not null) return Invalid(new FieldProblem("name", $"'{name}'", "1 to 100 letters, digits, '-', '_' and '.', with at least one letter or digit"));
        try
        {
            var settings = json.Deserialize<StreamSettings>(Strict);
            if (settings is null) return Invalid(new FieldProblem("$", "null", "an object with deployment and queue"));
            var problems = Check(settings).ToList();
            return problems.Count == 0 ? settings : Invalid([.. problems]);
        }
        catch (JsonException e)
        {
            return Invalid(new FieldProblem(e.Path ?? "$", "a member that is missing, not known, or of the wrong type", "deployment and queue, and perhaps reply, dead_letter and prefetch"));
        }
    }

    private static IEnumerable<FieldProblem> Check(StreamSettings settings)
    {
        if (Wrong(settings.Queue, least: 1)) yield return Text("$.queue", settings.Queue, least: 1);
        if (settings.Prefetch is < 1 or > LargestPrefetch) yield return new("$.prefetch", $"{settings.Prefetch}", $"1 to {LargestPrefetch} messages");
        foreach (var (place, target) in new[] { ("reply", settings.Reply), ("dead_letter", settings.DeadLetter) })
        {
            if (target is null) continue;
            if (Wrong(target.Exchange, least: 0)) yield return Text($"$.{place}.exchange", target.Exchange, least: 0);
            if (Wrong(target.RoutingKey, least: target.Exchange?.Length > 0 ? 0 : 1)) yield return Text($"$.{place}.routing_key", target.RoutingKey, least: 1);
            // A message that goes where it came from comes again, for ever.
            if (target.Exchange is "" && target.RoutingKey == settings.Queue) yield return new($"$.{place}.routing_key", $"'{target.RoutingKey}', the queue that is read", "another queue");
        }
    }

    private static bool Wrong(string? text, int least) => text is null || text.Contains('\0', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(text) is var bytes && (bytes < least || bytes > LongestName);

    private static FieldProblem Text(string place, string? found, int least) => new(place, found is null ? "nothing" : $"{Encoding.UTF8.GetByteCount(found)} bytes", $"a text of {least} to {LongestName} bytes");

    private static Refusal.Invalid Invalid(params FieldProblem[] problems) =>
        new("stream.settings-invalid", $"The stream is not possible: {string.Join("; ", problems.Select(problem => problem.ToString()))}.") { Fields = problems };
}

using Cairn.Kernel;

namespace Cairn.Tracking.RunRecords;

/// <summary>Which metrics, params and tags of a run are wanted: of each null for all of them, or their keys.</summary>
internal sealed record RunValues(IReadOnlyList<string>? Metrics, IReadOnlyList<string>? Params, IReadOnlyList<string>? Tags)
{
    private const string None = "none";
    private const int Most = 100;

    /// <summary>Keys between commas, or <c>none</c>.</summary>
    public static Answer<RunValues> Parse(string? metrics, string? parameters, string? tags)
    {
        foreach (var (name, asked) in new[] { ("metrics", metrics), ("params", parameters), ("tags", tags) })
            if (Keys(asked) is { Length: > Most } keys) return new Refusal.Invalid("run.values-too-many", $"{name} names {keys.Length} keys; at most {Most} can be named. Leave it out to get all.");
        return new RunValues(Keys(metrics), Keys(parameters), Keys(tags));
    }

    private static string[]? Keys(string? asked) => asked switch
    {
        null => null,
        None => [],
        _ => asked.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
    };
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Variants;

namespace Cairn.Serving.Canaries;

/// <summary>Which canaries may be asked for.</summary>
internal static class CanaryRules
{
    private const int MostSteps = 20;
    private const double LongestStep = 90 * 86_400;
    private const long MostRows = 1_000_000_000;

    // A limit that is written wrong would otherwise be one that never holds.
    private static readonly JsonSerializerOptions Strict = new(CairnJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true };

    public static Answer<CanarySettings> Read(JsonElement json)
    {
        try
        {
            var settings = json.Deserialize<CanarySettings>(Strict);
            if (settings is null) return Invalid(new FieldProblem("$", "null", "an object with the version"));
            if (VariantRule.Name(settings.Variant) is { } name) return name;
            var problems = Check(settings).ToList();
            return problems.Count == 0 ? settings : Invalid([.. problems]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Invalid(new FieldProblem((e as JsonException)?.Path ?? "$", "a member that is missing, not known, or of the wrong type", "version, and perhaps variant, steps, limits, when_done, override and reason"));
        }
    }

    private static IEnumerable<FieldProblem> Check(CanarySettings settings)
    {
        if (settings.Steps.Count is < 1 or > MostSteps) yield return new("$.steps", $"{settings.Steps.Count} steps", $"1 to {MostSteps}");
        var below = 0.0;
        foreach (var (index, step) in settings.Steps.Index())
        {
            var place = $"$.steps[{index}]";
            if (step is null)
            {
                yield return new(place, "null", "a step with its weight");
                continue;
            }

            if (!(step.Weight > below && step.Weight <= 1) || CanaryRow.SizeOf(step.Weight) == CanaryRow.SizeOf(below)) yield return new($"{place}.weight", $"{step.Weight}", $"more than {below}, and at most 1");
            if (step.MinSeconds is not (>= 0 and <= LongestStep)) yield return new($"{place}.min_seconds", $"{step.MinSeconds}", $"0 to {LongestStep}");
            if (step.MinRows is < 1 or > MostRows) yield return new($"{place}.min_rows", $"{step.MinRows}", $"1 to {MostRows}");
            below = step.Weight;
        }

        var limits = settings.Limits;
        foreach (var (name, share) in new[] { ("errors", limits.Errors), ("different_decisions", limits.DifferentDecisions), ("mean_absolute_difference", limits.MeanAbsoluteDifference) })
        {
            if (share is not null and not (> 0 and < 1)) yield return new($"$.limits.{name}", $"{share}", "more than 0 and less than 1, or null: not judged");
        }

        if (limits.Latency is { } latency)
        {
            if (latency.Quantile is not (>= 0.5 and <= 0.999)) yield return new("$.limits.latency.quantile", $"{latency.Quantile}", "0.5 to 0.999");
            if (latency.Factor is not (>= 1 and <= 1000)) yield return new("$.limits.latency.factor", $"{latency.Factor}", "1 to 1000");
            if (latency.FloorMs is not (>= 0 and <= 60_000)) yield return new("$.limits.latency.floor_ms", $"{latency.FloorMs}", "0 to 60000 milliseconds");
        }

        if (settings.WhenDone is not (CanarySettings.Wait or CanarySettings.Promote or CanarySettings.Keep))
            yield return new("$.when_done", $"'{settings.WhenDone}'", $"{CanarySettings.Wait}, {CanarySettings.Promote} or {CanarySettings.Keep}");
    }

    /// <summary>Whether all its steps find room beside the other variants.</summary>
    public static Refusal? Room(DeploymentRow deployment, CanarySettings settings, IReadOnlyList<VariantRow> others)
    {
        var (most, taken) = (CanaryRow.SizeOf(settings.Steps[^1].Weight), others.Sum(row => row.Size));
        return most + taken <= TrafficPart.Whole ? null : new Refusal.Conflict(
            "variant.weights", $"The last step of the canary has {settings.Steps[^1].Weight:0.######} of the traffic of {deployment.Name}, of which other variants answer {(double)taken / TrafficPart.Whole:0.######}. Let it end at {(double)(TrafficPart.Whole - taken) / TrafficPart.Whole:0.######} or less, or remove a variant: cairn variants remove {deployment.Name} NAME.");
    }

    private static Refusal.Invalid Invalid(params FieldProblem[] problems) =>
        new("canary.invalid", $"The canary is not possible: {string.Join("; ", problems.Select(problem => problem.ToString()))}.") { Fields = problems };
}

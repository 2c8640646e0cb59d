using System.Globalization;
using System.Text.Json.Nodes;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;

namespace Cairn.Web.Deployments;

/// <summary>The settings of a deployment as the fields of a form: texts, and what is wrong with each.</summary>
/// <param name="Problems">By the name of the field.</param>
/// <param name="Forgets">What the change would delete, until it was agreed to.</param>
public sealed record SettingsForm(
    string Entity, string Sample, string KeepDays, string WhenUnavailable, string WithinDays, string NegativeAfterDays, IReadOnlyDictionary<string, string> Problems, string? Forgets = null)
{
    private static readonly Dictionary<string, string> Nothing = new(StringComparer.Ordinal);

    // As the API names a field in its problem, and as the form does.
    private static readonly (string Path, string Field)[] Paths =
    [
        ("$.entity", "entity"), ("$.log.sample", "sample"), ("$.log.keep_days", "keep_days"), ("$.log.when_unavailable", "when_unavailable"), ("$.outcome.within_days", "within_days"),
        ("$.outcome.negative_after_days", "negative_after_days"),
    ];

    internal static SettingsForm Of(DeploymentSettings settings) => new(
        settings.Entity ?? "", (settings.Log.Sample * 100).ToString("0.####", CultureInfo.InvariantCulture), Text(settings.Log.KeepDays), settings.Log.WhenUnavailable, Text(settings.Outcome.WithinDays),
        Text(settings.Outcome.NegativeAfterDays), Nothing);

    internal static SettingsForm Read(PageRequest request) => new(
        request.Field("entity").Trim(), request.Field("sample").Trim(), request.Field("keep_days").Trim(), request.Field("when_unavailable"), request.Field("within_days").Trim(),
        request.Field("negative_after_days").Trim(), Nothing);

    internal SettingsForm With(Problem problem) => this with
    {
        Problems = (problem.Errors ?? []).Select(error => (Field: Paths.FirstOrDefault(known => known.Path == error.Field).Field, Text: $"Found {error.Found}; expected {error.Expected}."))
            .Where(error => error.Field is not null).GroupBy(error => error.Field, StringComparer.Ordinal).ToDictionary(error => error.Key, error => error.First().Text, StringComparer.Ordinal),
    };

    /// <summary>The merge patch, or what cannot be read. Whether the numbers are possible is for the API to say.</summary>
    internal (JsonObject? Patch, SettingsForm Form) Patch()
    {
        var problems = new Dictionary<string, string>(StringComparer.Ordinal);
        var log = new JsonObject { ["keep_days"] = Days("keep_days", KeepDays, problems), ["when_unavailable"] = WhenUnavailable };
        if (double.TryParse(Sample, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent <= 100) log["sample"] = percent / 100;
        else problems["sample"] = $"Found '{Format.Clip(Sample, 40)}'; expected a number from 0 to 100.";
        var patch = new JsonObject
        {
            ["entity"] = Entity.Length > 0 ? Entity : null,
            ["log"] = log,
            ["outcome"] = new JsonObject { ["within_days"] = Days("within_days", WithinDays, problems), ["negative_after_days"] = Days("negative_after_days", NegativeAfterDays, problems) },
        };
        return problems.Count == 0 ? (patch, this) : (null, this with { Problems = problems });
    }

    private static JsonValue? Days(string field, string text, Dictionary<string, string> problems)
    {
        if (text.Length == 0) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days)) return JsonValue.Create(days);
        problems[field] = $"Found '{Format.Clip(text, 40)}'; expected whole days, or nothing.";
        return null;
    }

    private static string Text(int? days) => days?.ToString(CultureInfo.InvariantCulture) ?? "";
}

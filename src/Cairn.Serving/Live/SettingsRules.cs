using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Serving.Live;

/// <summary>Which settings a deployment may have.</summary>
internal static class SettingsRules
{
    private const string Code = "deployment.settings-invalid";
    private const int MostDays = 36_500;

    // A key that is written wrong would otherwise be a setting that never takes effect.
    private static readonly JsonSerializerOptions Strict = new(CairnJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true };

    public static Answer<DeploymentSettings> Read(JsonObject json)
    {
        try
        {
            var settings = json.Deserialize<DeploymentSettings>(Strict)!;
            return Check(settings) is { } refusal ? refusal : settings;
        }
        catch (JsonException e)
        {
            return new Refusal.Invalid(Code, $"The settings cannot be read at {e.Path ?? "$"}: a member that is not known, or a value of the wrong type. GET the deployment to see them all.")
            {
                Fields = [new(e.Path ?? "$", "an unknown member or a wrong type", "a setting as described in /docs")],
            };
        }
    }

    public static Refusal? Check(DeploymentSettings settings)
    {
        var log = settings.Log;
        var problems = new List<FieldProblem>();
        if (log.Sample is not (>= 0 and <= 1)) problems.Add(new("$.log.sample", $"{log.Sample}", "0 (log nothing) to 1 (log all)"));
        if (log.KeepDays is < 1 or > 36_500) problems.Add(new("$.log.keep_days", $"{log.KeepDays}", "1 to 36500 days, or null: for ever"));
        if (log.WhenUnavailable is not (LogSettings.Refuse or LogSettings.Answer)) problems.Add(new("$.log.when_unavailable", $"'{log.WhenUnavailable}'", $"{LogSettings.Refuse} or {LogSettings.Answer}"));
        if (settings.Entity is { Length: 0 or > 200 }) problems.Add(new("$.entity", $"a name of {settings.Entity.Length} characters", "the name of a member of the request, or null: the key of the contract"));
        if (settings.Outcome.WithinDays is < 1 or > MostDays) problems.Add(new("$.outcome.within_days", $"{settings.Outcome.WithinDays}", $"1 to {MostDays} days, or null: any time"));
        if (settings.Outcome.NegativeAfterDays is < 1 or > MostDays) problems.Add(new("$.outcome.negative_after_days", $"{settings.Outcome.NegativeAfterDays}", $"1 to {MostDays} days, or null: never"));
        return problems.Count == 0 ? null : new Refusal.Invalid(Code, $"The settings are not possible: {string.Join("; ", problems)}.") { Fields = problems };
    }
}

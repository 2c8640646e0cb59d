using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Client.Wire;
using Cairn.Projects.Yaml;

namespace Cairn.Projects.Files;

/// <summary><c>serve: { deployment, log: { sample, keep, when_unavailable } }</c>: what the file says of the deployment; null: it says nothing, and what was set by hand stays.</summary>
internal sealed record ServeSection(double? Sample = null, int? KeepDays = null, string? WhenUnavailable = null)
{
    public static ServeSection Read(Section section)
    {
        var log = section.Map("log");
        var read = new ServeSection(log.Number("sample", 0, 1), log.Days("keep"), log.Choice("when_unavailable", [LogSettings.Refuse, LogSettings.Answer]));
        log.NoOtherKeys();
        section.NoOtherKeys();
        return read;
    }

    /// <summary>A merge patch of the deployment's settings; null when there is nothing to change.</summary>
    public JsonElement? ToPatch(string? entity, OutcomeSection outcome)
    {
        var log = new JsonObject();
        if (Sample is { } sample) log["sample"] = sample;
        if (KeepDays is { } days) log["keep_days"] = days;
        if (WhenUnavailable is { } choice) log["when_unavailable"] = choice;

        var patch = new JsonObject();
        if (log.Count > 0) patch["log"] = log;
        if (entity is not null) patch["entity"] = entity;
        if (outcome.ToPatch() is { } waiting) patch["outcome"] = waiting;
        return patch.Count > 0 ? JsonSerializer.SerializeToElement(patch) : null;
    }
}

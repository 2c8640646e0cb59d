using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Client.Wire;
using Cairn.Projects.Yaml;

namespace Cairn.Projects.Files;

/// <summary><c>serve: { deployment, log: { sample, keep, when_unavailable } }</c>: what the file says of the deployment; null: it says nothing, and what was set by hand stays.</summary>
internal sealed record ServeSection(double? Sample = null, int? KeepDays = null, string? WhenUnavailable = null)
{
    private const int MostDays = 36_500;

    public static ServeSection Read(Section section)
    {
        var log = section.Map("log");
        var read = new ServeSection(log.Number("sample", 0, 1), Days(log, "keep"), log.Choice("when_unavailable", [LogSettings.Refuse, LogSettings.Answer]));
        log.NoOtherKeys();
        section.NoOtherKeys();
        return read;
    }

    /// <summary>A merge patch of the deployment's settings; null when there is nothing to change.</summary>
    public JsonElement? ToPatch(string? entity)
    {
        var log = new JsonObject();
        if (Sample is { } sample) log["sample"] = sample;
        if (KeepDays is { } days) log["keep_days"] = days;
        if (WhenUnavailable is { } choice) log["when_unavailable"] = choice;

        var patch = new JsonObject();
        if (log.Count > 0) patch["log"] = log;
        if (entity is not null) patch["entity"] = entity;
        return patch.Count > 0 ? JsonSerializer.SerializeToElement(patch) : null;
    }

    /// <summary><c>90d</c></summary>
    private static int? Days(Section section, string key)
    {
        if (section.Text(key) is not { } text) return null;
        if (text.EndsWith('d') && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= MostDays) return days;
        section.Refuse(section.LineOf(key), key, $"'{text}'", $"days from 1d to {MostDays}d, for example 90d");
        return null;
    }
}

using System.Text.Json.Nodes;
using Cairn.Projects.Yaml;

namespace Cairn.Projects.Files;

/// <summary><c>outcome: { within: 30d, negative_after: 30d }</c>; null: the file says nothing, and what was set by hand stays.</summary>
internal sealed record OutcomeSection(int? WithinDays = null, int? NegativeAfterDays = null)
{
    public static OutcomeSection Read(Section section)
    {
        var read = new OutcomeSection(section.Days("within"), section.Days("negative_after"));
        section.NoOtherKeys();
        return read;
    }

    public JsonObject? ToPatch()
    {
        var patch = new JsonObject();
        if (WithinDays is { } within) patch["within_days"] = within;
        if (NegativeAfterDays is { } negative) patch["negative_after_days"] = negative;
        return patch.Count > 0 ? patch : null;
    }
}

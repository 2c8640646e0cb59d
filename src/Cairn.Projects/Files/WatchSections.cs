using Cairn.Learning;
using Cairn.Projects.Yaml;

namespace Cairn.Projects.Files;

/// <summary><c>monitor</c> and <c>retrain</c>: checked in shape, so that a file is valid now and later; nothing acts on them yet.</summary>
internal static class WatchSections
{
    private static readonly string[] DriftTests = ["psi", "ks", "chi_squared", "jensen_shannon", "wasserstein"];
    private static readonly string[] Sections = ["monitor", "retrain"];
    private static readonly string[] Triggers = ["drift", "performance", "data"];

    /// <summary>The sections that are written.</summary>
    public static IReadOnlyList<string> Read(Section root)
    {
        var monitor = root.Map("monitor");
        var drift = monitor.Map("drift");
        drift.Choice("test", DriftTests);
        drift.Number("threshold", 0, double.PositiveInfinity);
        drift.NoOtherKeys();
        var performance = monitor.Map("performance");
        performance.Choice("metric", Metrics.Names);
        performance.Number("min", double.NegativeInfinity, double.PositiveInfinity);
        performance.NoOtherKeys();
        monitor.NoOtherKeys();

        var retrain = root.Map("retrain");
        if (retrain.Text("schedule") is { } schedule && schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length != 5)
            retrain.Refuse(retrain.LineOf("schedule"), "schedule", $"'{schedule}'", "five fields of Unix cron: minute hour day month weekday, for example \"0 3 * * 1\"");
        if (retrain.Text("timezone") is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            retrain.Refuse(retrain.LineOf("timezone"), "timezone", $"'{zone}'", "a time zone, for example Europe/Berlin (default UTC)");
        foreach (var trigger in retrain.Texts("on") ?? [])
        {
            if (!Triggers.Contains(trigger.Text, StringComparer.Ordinal)) retrain.Refuse(trigger.Line, "on", $"'{trigger.Text}'", Section.OneOf(trigger.Text, Triggers));
        }

        retrain.NoOtherKeys();
        return [.. Sections.Where(root.Has)];
    }
}

using Cairn.Kernel;

namespace Cairn.Tracking.Edge;

/// <summary>Whether a list shows what is deleted.</summary>
internal static class View
{
    /// <summary>The lifecycle stage to show: active unless said otherwise; null shows all.</summary>
    public static Answer<string?> Parse(string? view) => view switch
    {
        null or "" or "active" => "active",
        "deleted" => "deleted",
        "all" => default(string),
        _ => new Refusal.Invalid("request.view", $"view={view} was asked; there are active (the default), deleted and all."),
    };
}

using Cairn.Client.Wire;

namespace Cairn.Tracking.Registry;

/// <summary>A row of <c>registered_models</c>.</summary>
internal sealed record RegisteredModel
{
    public string Name { get; init; } = "";

    public string Description { get; init; } = "";

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }
}

/// <summary>A row of <c>model_versions</c>.</summary>
internal sealed record ModelVersion
{
    public string Model { get; init; } = "";

    public long Version { get; init; }

    public string Stage { get; init; } = Registry.Stage.None;

    public string Status { get; init; } = "READY";

    public string Description { get; init; } = "";

    public string? RunId { get; init; }

    public string RunLink { get; init; } = "";

    public string Source { get; init; } = "";

    public string? PackageDigest { get; init; }

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    public string Subject => $"models/{Model}/versions/{Version}";

    public ModelVersionWire ToWire(IReadOnlyList<string> aliases, IReadOnlyDictionary<string, string> tags, GateVerdictWire? verdict) => new(
        Model, Version, Stage, Status, Description, RunId, Source, PackageDigest, CreatedAt, UpdatedAt, aliases, tags, verdict);
}

/// <summary>MLflow's column; nothing is served by it.</summary>
internal static class Stage
{
    public const string None = "None";
    public const string Staging = "Staging";
    public const string Production = "Production";
    public const string Archived = "Archived";

    public static IReadOnlyList<string> All { get; } = [None, Staging, Production, Archived];

    /// <summary>As MLflow spells it, whatever the case asked; null when there is no such stage.</summary>
    public static string? Find(string? text) => All.FirstOrDefault(stage => stage.Equals(text, StringComparison.OrdinalIgnoreCase));
}

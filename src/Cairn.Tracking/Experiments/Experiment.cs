using System.Globalization;
using Cairn.Client.Wire;

namespace Cairn.Tracking.Experiments;

internal static class Lifecycle
{
    public const string Active = "active";
    public const string Deleted = "deleted";

    /// <summary>Of an experiment that is gone for everybody, while its rows are taken away.</summary>
    public const string Purged = "purged";
}

/// <summary>A row of <c>experiments</c>.</summary>
internal sealed record Experiment
{
    public const long Default = 0;

    public long ExperimentId { get; init; }

    public string Name { get; init; } = "";

    public string LifecycleStage { get; init; } = Lifecycle.Active;

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    /// <value>Where its runs keep their files when that is not this server; else empty.</value>
    public string ArtifactLocation { get; init; } = "";

    /// <value>Null while it is active.</value>
    public long? DeletedAt { get; init; }

    public bool IsDeleted => LifecycleStage == Lifecycle.Deleted;

    public string Id => ExperimentId.ToString(CultureInfo.InvariantCulture);

    public ExperimentWire ToWire(IReadOnlyDictionary<string, string> tags) => new(Id, Name, LifecycleStage, CreatedAt, UpdatedAt, tags);
}

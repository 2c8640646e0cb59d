using Cairn.Kernel;
using Cairn.Tracking.Experiments;

namespace Cairn.Tracking;

public sealed record TrackingOptions
{
    /// <value>Where clients of MLflow keep the files of new experiments themselves: <c>s3://bucket/path</c>, <c>file:///mnt/models</c>; null: on this server.</value>
    public string? ArtifactRoot { get; init; }

    /// <summary>With a relative place made absolute.</summary>
    public static Answer<TrackingOptions> Read(string? artifactRoot)
    {
        if (string.IsNullOrEmpty(artifactRoot)) return new TrackingOptions();
        var root = ArtifactLocation.Read(artifactRoot);
        return root.Refusal is { } bad
            ? new Refusal.Invalid(bad.Code, $"The artifact root '{artifactRoot}' cannot be used. {bad.Detail}")
            : new TrackingOptions { ArtifactRoot = root.Value.TrimEnd('/') };
    }
}

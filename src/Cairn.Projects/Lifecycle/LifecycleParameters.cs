using System.Text.Json;
using Cairn.Client;

namespace Cairn.Projects.Lifecycle;

/// <summary>What a run of the lifecycle is built from: a revision of a project, never its files as they are now.</summary>
/// <param name="Folder">Where the source is resolved.</param>
/// <param name="Algorithms">Of the revision: each is a task.</param>
internal sealed record LifecycleParameters(string Project, string Revision, string Folder, bool Promote, IReadOnlyList<string> Algorithms)
{
    public const string Flow = "lifecycle";

    public string Subject => SubjectOf(Project);

    public static string SubjectOf(string project) => $"projects/{project}";

    public string Write() => JsonSerializer.Serialize(this, CairnJson.Options);

    public static LifecycleParameters Read(string json) =>
        JsonSerializer.Deserialize<LifecycleParameters>(json, CairnJson.Options) ?? throw new ArgumentException("No parameters.", nameof(json));
}

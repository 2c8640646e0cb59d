namespace Cairn.Client.Logging;

/// <summary>A run as the server made it.</summary>
/// <param name="ArtifactUri">Files go there; through the server only when it is one of its artifact proxy.</param>
internal sealed record StartedRun(string RunId, string Name, string ExperimentId, string ArtifactUri)
{
    private const string Proxy = "mlflow-artifacts:/";

    public bool TakesFiles => ArtifactUri.StartsWith(Proxy, StringComparison.Ordinal);

    public static async Task<StartedRun> Create(MlflowApi api, string experiment, ActiveRunOptions options, IReadOnlyDictionary<string, string> origin, CancellationToken cancellation)
    {
        var tags = new Dictionary<string, string>(origin, StringComparer.Ordinal);
        if (options.ParentRunId is { } parent) tags["mlflow.parentRunId"] = parent;
        foreach (var (key, value) in options.Tags) tags[LogKey.Checked(key)] = LogKey.CheckedValue("tag", key, value, LogKey.LongestTag);

        var request = new
        {
            experiment_id = await Experiment(api, experiment, cancellation).ConfigureAwait(false), user_id = Environment.UserName, run_name = options.Name ?? "",
            start_time = options.Clock.GetUtcNow().ToUnixTimeMilliseconds(), tags = tags.Select(tag => new { key = tag.Key, value = tag.Value }),
        };
        // Not repeated: a run whose answer was lost would be there twice.
        var info = MlflowApi.Within(await api.Post("runs/create", request, repeat: false, cancellation).ConfigureAwait(false), "run", "info");
        return new(MlflowApi.Text(info, "run_id"), MlflowApi.Text(info, "run_name"), MlflowApi.Text(info, "experiment_id"), MlflowApi.Text(info, "artifact_uri"));
    }

    /// <summary>Where a file of the run is, below the artifact proxy.</summary>
    public string AddressOf(string path)
    {
        if (!TakesFiles)
            throw new InvalidOperationException($"The server keeps files of this run at {ArtifactUri}, which only reaches who has access there. Start it so that it serves artifacts itself (mlflow server --serve-artifacts).");
        var below = ArtifactUri[Proxy.Length..];
        if (below.StartsWith('/')) below = below[(below.IndexOf('/', 1) + 1)..]; // it names its host
        return $"{below.Trim('/')}/{path}";
    }

    private static async Task<string> Experiment(MlflowApi api, string name, CancellationToken cancellation)
    {
        for (var again = true; ; again = false)
        {
            try
            {
                var found = MlflowApi.Within(await api.Get($"experiments/get-by-name?experiment_name={Uri.EscapeDataString(name)}", cancellation).ConfigureAwait(false), "experiment");
                return MlflowApi.Text(found, "lifecycle_stage") == "active"
                    ? MlflowApi.Text(found, "experiment_id")
                    : throw MlflowApi.Declined(409, "RESOURCE_CONFLICT", $"The experiment '{name}' is deleted. Restore it, or log to another.");
            }
            catch (CairnException missing) when (missing.Problem.Status == 404)
            {
                try
                {
                    return MlflowApi.Text(await api.Post("experiments/create", new { name }, repeat: false, cancellation).ConfigureAwait(false), "experiment_id");
                }
                catch (CairnException taken) when (again && taken.Code == "RESOURCE_ALREADY_EXISTS")
                {
                    // Somebody else was quicker.
                }
            }
        }
    }
}

namespace Cairn.Web.Components;

/// <summary>The addresses of things, in one place: pages of one area link to those of others.</summary>
internal static class Address
{
    public static string Project(string name) => $"/projects/{Uri.EscapeDataString(name)}";

    public static string Dataset(string name) => $"/datasets/{Uri.EscapeDataString(name)}";

    public static string DatasetVersion(string name, long version) => $"/datasets/{Uri.EscapeDataString(name)}/versions/{version}";

    public static string Run(string runId) => $"/runs/{Uri.EscapeDataString(runId)}";

    /// <summary>Of the API: what it logs, while it logs it.</summary>
    public static string RunEvents(string runId) => $"/api/v1/runs/{Uri.EscapeDataString(runId)}/events";

    public static string Model(string name) => $"/models/{Uri.EscapeDataString(name)}";

    public static string ModelVersion(string name, long version) => $"/models/{Uri.EscapeDataString(name)}/versions/{version}";

    public static string Deployment(string name) => $"/deployments/{Uri.EscapeDataString(name)}";

    public static string Prediction(string predictionId) => $"/predictions/{Uri.EscapeDataString(predictionId)}";

    public static string Predict(string deployment) => $"/predict/{Uri.EscapeDataString(deployment)}";

    /// <summary>The path, or null while no area has it: such a thing is named and not linked.</summary>
    public static string? Reachable(string path) => Routing.Areas.Of(path.Split('?', '#')[0]) is null ? null : path;

    /// <summary>A run of a flow: training, a batch, a replay.</summary>
    public static string FlowRun(string flowRunId) => $"/flow-runs/{Uri.EscapeDataString(flowRunId)}";
}

using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Projects;

namespace Cairn.Api.Tests.Projects;

/// <summary>A project folder with made-up customers in it and a tuning budget small enough for a test.</summary>
public sealed class SampleProject : IDisposable
{
    public const string Quick = "train: { algorithms: [logistic_regression, xgboost], tune: { trials: 2, folds: 3, repeats: 1 } }";

    public SampleProject(int rows = 1_000)
    {
        Folder = Directory.CreateTempSubdirectory("cairn-project-").FullName;
        ChurnSample.Write(Source, rows);
        foreach (var file in Directory.GetFiles(Repository("samples/churn"), "*.yaml")) Files[Path.GetFileName(file)] = File.ReadAllText(file);
        var yaml = Files["cairn.yaml"];
        var train = yaml.IndexOf("train:", StringComparison.Ordinal);
        var decide = yaml.IndexOf("# A customer lost", StringComparison.Ordinal);
        Files["cairn.yaml"] = yaml[..train] + Quick + "\n\n" + yaml[decide..].Replace(">= 0.80", ">= 0.75", StringComparison.Ordinal);
    }

    public string Folder { get; }

    public string Source => Path.Combine(Folder, "data", "customers.csv");

    public Dictionary<string, string> Files { get; } = new(StringComparer.Ordinal);

    public ProjectFiles Wire => new(Folder, new Dictionary<string, string>(Files, StringComparer.Ordinal));

    public void Edit(string before, string after)
    {
        Files["cairn.yaml"].ShouldContain(before);
        Files["cairn.yaml"] = Files["cairn.yaml"].Replace(before, after, StringComparison.Ordinal);
    }

    public async Task<FlowRunWire> Run(CairnClient client, bool promote = true) =>
        await client.WaitForFlowRunAsync((await client.RunProjectAsync(new RunProject(Wire, promote))).FlowRunId);

    /// <summary>Runs it and expects it to succeed.</summary>
    public async Task<LifecycleResult> Result(CairnClient client, bool promote = true)
    {
        var run = await Run(client, promote);
        run.State.ShouldBe("succeeded", $"{run.Message} {run.Problem}");
        return System.Text.Json.JsonSerializer.Deserialize<LifecycleResult>(run.Result!.Value, CairnJson.Options)!;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Repository(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, path);
    }
}

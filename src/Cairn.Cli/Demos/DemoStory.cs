using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Cairn.Cli.Csv;
using Cairn.Cli.Projects;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Server;

namespace Cairn.Cli.Demos;

/// <summary>What the demo came to, as its last line of JSON says it.</summary>
internal sealed record DemoOutcome(LifecycleResult Result, PredictionWire? Prediction, Uri Url)
{
    public int ExitCode => ResultTables.ExitCodeOf(Result);

    public object Wire => new
    {
        Result.Verdict,
        Result.Summary,
        Result.Rows,
        Result.DatasetVersion,
        Result.DatasetReused,
        Result.ExperimentId,
        Result.RunId,
        Result.Model,
        Result.Version,
        Result.Algorithm,
        Result.Metrics,
        Result.CrossValidated,
        Result.Baseline,
        Result.BaselineName,
        Prediction?.PredictionId,
        Prediction?.Prediction,
        Prediction?.Probability,
        Url = Url.GetLeftPart(UriPartial.Authority),
    };
}

/// <summary>Runs the whole way of one use case through the HTTP API, and tells it with its numbers.</summary>
internal sealed class DemoStory(CairnClient client, Terminal terminal, string home, Uri url)
{
    private const int StrongestReasons = 3;

    public async Task<DemoOutcome> Tell(string? data, string? target, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var source = data is null ? Sample() : await Own(data, target, cancellation);
        var project = await Prepare(source, anew: target is not null, cancellation);

        terminal.Note($"Running the project {project.Name} ({project.Path}):");
        var result = await LifecycleRun.Execute(client, terminal, project, promote: true, fresh: false, cancellation);
        TellRun(source, result);

        var deployment = result.Verdict == "promoted" ? result.Deployment : await ServedBefore(project, cancellation);
        var prediction = deployment is null ? null : await Predict(deployment, source, cancellation);
        terminal.Note($"All of it took {Format.Seconds(clock.Elapsed.TotalSeconds)}.");
        return new DemoOutcome(result, prediction, url);
    }

    /// <summary>A gate may have kept the champion that was there: it goes on serving.</summary>
    private async Task<string?> ServedBefore(ProjectFolder project, CancellationToken cancellation) =>
        await client.FindProjectAsync(project.Name, cancellation) is { Champion: not null } known ? known.Deployment : null;

    private DemoData Sample()
    {
        var path = Path.Combine(home, "demo", "churn", "data", "customers.csv");
        if (!File.Exists(path))
        {
            terminal.Note("Generating the churn sample ...");
            Samples.WriteChurn(path);
        }

        return new DemoData("churn", path, Samples.ChurnTarget);
    }

    private static async Task<DemoData> Own(string data, string? target, CancellationToken cancellation)
    {
        var path = Path.GetFullPath(data);
        return new DemoData(ProjectFolder.NameOf(Path.GetFileNameWithoutExtension(path)), path, target ?? await DemoData.GuessTarget(path, cancellation));
    }

    /// <summary>The project of an earlier demo is used again, unless the data is another or the target is named anew.</summary>
    private async Task<ProjectFolder> Prepare(DemoData source, bool anew, CancellationToken cancellation)
    {
        var folder = Path.Combine(home, "demo", source.Name);
        var copy = Path.Combine(folder, "data", Path.GetFileName(source.Path));
        if (!anew && ProjectFolder.Is(folder) && File.Exists(copy) && await NewProject.SameContent(copy, source.Path, cancellation)) return ProjectFolder.Read(folder);

        var made = await NewProject.Create(client, folder, source.Name, source.Path, source.Target, null, null, overwrite: true, cancellation);
        terminal.Note($"Made a project from {source.Path} (target {source.Target}):");
        foreach (var choice in made.Choices) terminal.Note($"  - {choice}");
        return ProjectFolder.Read(folder);
    }

    private void TellRun(DemoData source, LifecycleResult result)
    {
        var metric = result.Metrics.TryGetValue("roc_auc", out var auc) ? auc : double.NaN;
        var cheap = result.Baseline.TryGetValue("roc_auc", out var baseline) ? baseline : double.NaN;
        terminal.Note("");
        terminal.Note($"Data      {Format.Count(result.Rows)} rows of {Path.GetFileName(source.Path)}, snapshot {Format.Short(result.DatasetVersion)}{(result.DatasetReused ? " (the same content was there: reused)" : "")}");
        foreach (var c in result.Candidates)
            terminal.Note($"Trained   {c.Algorithm,-20} cross-validated ROC AUC {Format.Metric(c.RocAuc)} ± {Format.Metric(c.RocAucSd)} in {Format.Seconds(c.Seconds)}{(c.Algorithm == result.Algorithm ? "  <- best" : "")}");
        terminal.Note($"Judged    ROC AUC {Format.Metric(metric)} on rows never seen; the honest baseline ({result.BaselineName}) has {Format.Metric(cheap)}");
        foreach (var gate in result.Gates) terminal.Note($"Gate      {(gate.Passed ? "passed" : "refused")}  {gate.Gate}: {gate.Detail}");
        terminal.Note($"Verdict   {result.Verdict}: {result.Summary}");
        if (result.Version is { } version) terminal.Note($"Model     {result.Model} version {version}, run {result.RunId}");
    }

    /// <summary>Over TCP, as any client would.</summary>
    private async Task<PredictionWire?> Predict(string deployment, DemoData source, CancellationToken cancellation)
    {
        var inputs = ((await client.GetDeploymentAsync(deployment, cancellation)).Inputs ?? []).ToDictionary(i => i.Name, StringComparer.Ordinal);
        var row = await FirstRow(source.Path, inputs, cancellation);

        using var http = CairnConnection.Open(url);
        var answer = await http.Client.PredictAsync(deployment, row, explain: true, cancellation);
        terminal.Note($"Served    POST {url}api/v1/deployments/{deployment}/predict");
        terminal.Note($"          the first customer of the file: {answer.Prediction}, probability {answer.Probability:0.0000} (threshold {answer.Threshold:0.###}), prediction {answer.PredictionId}");
        if (answer.Explanation is { } why)
            terminal.Note($"          because of {string.Join(", ", why.Contributions.Take(StrongestReasons).Select(c => $"{c.Feature} ({c.Contribution:+0.00;-0.00})"))} in {why.Unit.Replace('_', ' ')}");
        return answer;
    }

    private static async Task<ReadOnlyMemory<byte>> FirstRow(string file, IReadOnlyDictionary<string, InputFieldWire> inputs, CancellationToken cancellation)
    {
        using var reader = await CsvFile.Open(file, cancellation);
        var buffer = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(buffer)) TypedRow.Write(json, reader.Header, await reader.Next(cancellation) ?? [], inputs);
        return buffer.WrittenMemory;
    }
}

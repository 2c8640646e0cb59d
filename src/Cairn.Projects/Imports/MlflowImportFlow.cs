using System.Text.Json;
using Cairn.Client;
using Cairn.Data;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Projects.Files;
using Cairn.Storage;
using Cairn.Tracking;

namespace Cairn.Projects.Imports;

/// <summary>An import as a flow: a task for each step, and one that says what became of it.</summary>
internal sealed class MlflowImportFlow(MlflowImport import, Connections connections, ObjectStore objects, ProjectsOptions options, StorageOptions storage, TimeProvider clock)
{
    public Flow Build(MlflowImportParameters parameters)
    {
        if (parameters.Asked.DryRun) return new(MlflowImportParameters.Flow, [new("look", [], (context, _) => Task.FromResult(Look(context, parameters)))]);
        var tasks = new List<FlowTask>();
        foreach (var step in MlflowImport.Steps) tasks.Add(new(step, tasks.Count == 0 ? [] : [tasks[^1].Name], (context, stop) => Take(context, parameters, step, stop)));
        tasks.Add(new("tell", [tasks[^1].Name], (context, stop) => Tell(context, parameters, stop)));
        return new(MlflowImportParameters.Flow, tasks);
    }

    /// <summary>The store and where its files may be read, as the server allows today.</summary>
    public Answer<MlflowSource> Source(MlflowImportParameters parameters)
    {
        var asked = parameters.Asked;
        if (SourcePath.Resolve(asked.Folder, asked.Path, options.DataRoots) is var file && file.Refusal is { } missing) return missing;
        if (SourcePath.IsInside(storage.Home, file.Value)) return new Refusal.Invalid("import.store-invalid", $"{file.Value} is inside the server's home {storage.Home}. Give the database of MLflow.");
        if (asked.CopyS3 && objects.Host is { } host && connections.Allowed(host) is { } denied) return denied;
        var beside = Path.GetDirectoryName(file.Value)!;
        return new MlflowSource(
            file.Value, beside, asked.Artifacts is { } artifacts ? Path.GetFullPath(artifacts, asked.Folder) : Path.Combine(beside, "mlartifacts"),
            place => SourcePath.Inside(asked.Folder, place, options.DataRoots) is { } real && !SourcePath.IsInside(storage.Home, real) ? real : null)
        {
            CopyS3 = asked.CopyS3,
        };
    }

    private Answer<string> Look(TaskContext context, MlflowImportParameters parameters)
    {
        var started = clock.GetTimestamp();
        var source = Source(parameters);
        if (source.Refusal is { } unreadable) return unreadable;
        context.Report(0.1, "counting");
        var found = MlflowImport.Look(source.Value);
        return found.Refusal is { } refusal ? refusal : JsonSerializer.Serialize(found.Value with { Seconds = clock.GetElapsedTime(started).TotalSeconds }, CairnJson.Options);
    }

    private async Task<Answer<string>> Take(TaskContext context, MlflowImportParameters parameters, string step, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        var source = Source(parameters);
        if (source.Refusal is { } unreadable) return unreadable;
        var taken = await import.Take(context.Caller, context.FlowRunId, source.Value, step, context.Report, cancellation);
        return taken.Refusal is { } refusal ? refusal : JsonSerializer.Serialize(clock.GetElapsedTime(started).TotalSeconds, CairnJson.Options);
    }

    private async Task<Answer<string>> Tell(TaskContext context, MlflowImportParameters parameters, CancellationToken cancellation)
    {
        var source = Source(parameters);
        if (source.Refusal is { } unreadable) return unreadable;
        var result = await import.Finish(context.Caller, context.FlowRunId, source.Value, cancellation);
        if (result.Refusal is { } refusal) return refusal;
        var seconds = MlflowImport.Steps.Sum(step => JsonSerializer.Deserialize<double>(context.ResultOf(step), CairnJson.Options));
        context.Report(1, $"{result.Value.Counts.Sum(count => count.Taken):N0} rows and files taken");
        return JsonSerializer.Serialize(result.Value with { Seconds = seconds }, CairnJson.Options);
    }
}

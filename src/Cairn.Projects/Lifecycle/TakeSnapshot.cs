using System.Text;
using System.Text.Json;
using Cairn.Client;
using Cairn.Data;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Projects.Files;
using Cairn.Projects.Revisions;

namespace Cairn.Projects.Lifecycle;

/// <summary>The task <c>snapshot</c>: the source, checked against its contract and kept. The same content again is the version it was.</summary>
internal sealed class TakeSnapshot(Datasets datasets, ProjectReader reader, ProjectRevisions revisions, ProjectTables tables)
{
    /// <value>The assemblies whose arithmetic goes into a candidate: training, expressions, exp and log.</value>
    private static readonly string Build = string.Join(
        '/', ((Type[])[typeof(Training), typeof(Expression), typeof(PortableMath)]).Select(type => type.Assembly.ManifestModule.ModuleVersionId));

    public async Task<Answer<string>> Run(TaskContext context, LifecycleParameters parameters, CancellationToken cancellation)
    {
        var files = await revisions.Load(context.Caller.Workspace, parameters.Project, parameters.Revision, cancellation);
        var read = await reader.Read(parameters.Folder, files, cancellation);
        if (read.Refusal is { } refusal) return refusal;

        var project = read.Value;
        var before = Fingerprint(project.Source);
        context.Report(0, $"reading {project.Definition.SourcePath}");
        var progress = new Progress(done => context.Report(done, $"reading {project.Definition.SourcePath}"));
        var taken = await datasets.Take(context.Caller, project.Definition.Name, project.Source, project.Schema, progress, cancellation);
        if (taken.Refusal is { } broken) return broken;

        var version = taken.Value.Version;
        if (Fingerprint(project.Source) == before) await Remember(context.Caller.Workspace, project, before, version); // else it changed while it was read
        context.Report(1, $"{version.Rows:N0} rows, {version.Schema.Columns.Count} columns, version {version.Version} ({version.Digest.Short}){(taken.Value.Reused ? ", reused" : "")}");
        return Results.Write(new SnapshotResult(
            version.Dataset, version.Version, version.Digest.Hex, version.Rows, taken.Value.Reused, project.Schema, LearningKey(project.Definition, version.Digest.Hex)));
    }

    /// <summary>Cheap signs that a file is as it was.</summary>
    public static (long Length, long ModifiedAt) Fingerprint(string path)
    {
        var file = new FileInfo(path);
        return (file.Length, Time.ToMicros(new DateTimeOffset(file.LastWriteTimeUtc)));
    }

    public static string DigestOf(Schema schema) => Digest.Of(JsonSerializer.SerializeToUtf8Bytes(schema, CairnJson.Options)).Hex;

    /// <summary>Same key, same candidate: the data, everything the training is told, and the build that trains.</summary>
    public static string LearningKey(ProjectDefinition definition, string dataset)
    {
        var task = definition.Task() with { Algorithms = [], Threads = 1 }; // each algorithm is a task of its own; threads change no bit
        var told = JsonSerializer.Serialize(task, CairnJson.Options);
        return Digest.Of(Encoding.UTF8.GetBytes($"{definition.Name}\n{dataset}\n{told}\n{Build}")).Hex;
    }

    private Task Remember(WorkspaceId workspace, ReadyProject project, (long Length, long ModifiedAt) file, DatasetVersion version) => tables.SaveSource(
        workspace, project.Definition.Name, new SourceRow
        {
            Path = project.Source, Length = file.Length, ModifiedAt = file.ModifiedAt, SchemaDigest = DigestOf(project.Schema),
            DatasetDigest = version.Digest.Hex, DatasetVersion = version.Version, Rows = version.Rows,
        });

    /// <summary>Reports where it is called; <see cref="System.Progress{T}"/> would queue.</summary>
    private sealed class Progress(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}

using System.Text;
using System.Text.Json;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Projects.Files;
using Cairn.Storage;

namespace Cairn.Projects.Revisions;

/// <summary>The files of a project at one moment, named by their content.</summary>
internal sealed record ProjectRevision(string Project, string Digest, string Folder, IReadOnlyDictionary<string, string> Files);

internal sealed class ProjectRevisions(ProjectTables tables, IBlobStore blobs)
{
    private const int MostFiles = 100;

    /// <summary>Are these files a project could consist of? Says nothing of what is in them.</summary>
    public static Refusal? Check(ProjectFiles project)
    {
        var problems = new List<FieldProblem>();
        if (!Path.IsPathFullyQualified(project.Folder ?? "")) problems.Add(new("$.folder", $"'{project.Folder}'", "the absolute path of the project folder"));
        if (project.Files is null) problems.Add(new("$.files", "nothing", "the files: path → text"));
        var files = project.Files ?? new Dictionary<string, string>(StringComparer.Ordinal);
        if (files.Count > MostFiles) problems.Add(new("$.files", $"{files.Count} files", $"at most {MostFiles}"));
        foreach (var (path, text) in files)
        {
            if (path.Length == 0 || path.StartsWith('/') || path.Contains('\\', StringComparison.Ordinal) || path.Split('/').Any(p => p is "" or "." or ".."))
                problems.Add(new($"$.files['{path}']", $"the path '{path}'", "a path below the project folder"));
            if (text is null || text.Length > Yaml.YamlText.MaxLength)
                problems.Add(new($"$.files['{path}']", text is null ? "nothing" : $"{text.Length:N0} characters", $"text of at most {Yaml.YamlText.MaxLength:N0} characters"));
        }

        return problems.Count == 0 ? null : new Refusal.Invalid("project.files-invalid", $"These are not the files of a project: {problems[0]}.") { Fields = problems };
    }

    /// <summary>The same files have the same digest, wherever they lie.</summary>
    public static (Digest Revision, IReadOnlyDictionary<string, Digest> Files) Identify(IReadOnlyDictionary<string, string> files)
    {
        var digests = files.ToDictionary(f => f.Key, f => Digest.Of(Encoding.UTF8.GetBytes(f.Value)), StringComparer.Ordinal);
        var list = string.Concat(digests.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Value.Hex} {f.Key}\n"));
        return (Digest.Of(Encoding.UTF8.GetBytes(list)), digests);
    }

    /// <summary>Files first, then the row that refers to them.</summary>
    public async Task<ProjectRevision> Store(Caller caller, ProjectFiles project, ProjectDefinition definition, CancellationToken cancellation)
    {
        var (revision, digests) = Identify(project.Files);
        foreach (var text in project.Files.Values)
        {
            using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
            await blobs.Write(content, cancellation);
        }

        var row = new ProjectRow { Name = definition.Name, Folder = project.Folder, Revision = revision.Hex, Model = definition.Name, Deployment = definition.Deployment };
        await tables.Save(caller, row, digests);
        return new(definition.Name, revision.Hex, project.Folder, project.Files);
    }

    /// <exception cref="InvalidOperationException">The revision, or a file of it, is gone.</exception>
    public async Task<IReadOnlyDictionary<string, string>> Load(WorkspaceId workspace, string project, string revision, CancellationToken cancellation)
    {
        var row = await tables.FindRevision(workspace, project, revision, cancellation) ?? throw new InvalidOperationException($"Revision {revision} of {project} is gone.");
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, digest) in JsonSerializer.Deserialize<Dictionary<string, string>>(row.Files)!)
        {
            await using var content = await blobs.Open(Digest.Parse(digest), cancellation) ?? throw new InvalidOperationException($"The file {path} of revision {revision} is gone.");
            using var reader = new StreamReader(content, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
            files[path] = await reader.ReadToEndAsync(cancellation);
        }

        return files;
    }
}

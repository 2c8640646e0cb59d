using Cairn.Data;
using Cairn.Kernel;

namespace Cairn.Projects.Files;

/// <summary>A definition whose source is found and whose contract is known.</summary>
/// <param name="Source">The real path of the data.</param>
/// <param name="Inferred">There is no schema file: the contract was read off the source.</param>
internal sealed record ReadyProject(ProjectDefinition Definition, string Source, bool Inferred)
{
    public Schema Schema => Definition.Schema!;
}

/// <summary>From the texts of a project to something that can run: parses, finds the source, infers the contract when none is written.</summary>
internal sealed class ProjectReader(Datasets datasets, ProjectsOptions options)
{
    public async Task<Answer<ReadyProject>> Read(string folder, IReadOnlyDictionary<string, string> files, CancellationToken cancellation)
    {
        var parsed = ProjectParser.Parse(files, folder);
        if (parsed.Refusal is { } invalid) return invalid;
        var definition = parsed.Value;
        var source = SourcePath.Resolve(folder, definition.SourcePath, options.DataRoots);
        if (source.Refusal is { } missing) return missing;
        if (definition.Schema is not null) return new ReadyProject(definition, source.Value, false);

        var inspection = await datasets.Inspect(source.Value, definition.Target, definition.Positive, definition.Entity, cancellation);
        if (inspection.Refusal is { } unreadable) return unreadable;
        var again = ProjectParser.Parse(files, folder, inspection.Value.Schema);
        return again.Refusal is { } refusal ? refusal : new ReadyProject(again.Value, source.Value, true);
    }
}

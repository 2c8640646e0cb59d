namespace Cairn.Projects;

public sealed record ProjectsOptions
{
    /// <value>Folders besides project folders that sources may be read from; default none.</value>
    public IReadOnlyList<string> DataRoots { get; init; } = [];
}

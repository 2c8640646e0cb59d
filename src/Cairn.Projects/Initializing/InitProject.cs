using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Projects.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Projects.Initializing;

/// <summary>POST /api/v1/projects/init: looks at a source and proposes the files of a project. Writes nothing: the caller does.</summary>
internal static class InitProject
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/projects/init", Handle)
        .WithName(nameof(InitProject)).WithSummary("Propose cairn.yaml and schema.yaml for a source")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.ProjectsRead).StoresNothing();

    private static async Task<Results<Ok<InitializedProject>, ProblemHttpResult>> Handle(
        Client.Wire.InitProject request, Datasets datasets, ProjectsOptions options, CancellationToken cancellation)
    {
        var proposed = await Propose(request, datasets, options, cancellation);
        return proposed.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Ok(proposed.Value);
    }

    internal static async Task<Answer<InitializedProject>> Propose(Client.Wire.InitProject request, Datasets datasets, ProjectsOptions options, CancellationToken cancellation)
    {
        if (!Path.IsPathFullyQualified(request.Folder ?? ""))
            return new Refusal.Invalid("project.files-invalid", $"The folder '{request.Folder}' is not an absolute path.");
        var source = SourcePath.Resolve(request.Folder!, request.Source, options.DataRoots);
        if (source.Refusal is { } outside) return outside;

        var inspected = await datasets.Inspect(source.Value, request.Target, request.Positive, request.Entity, cancellation);
        if (inspected.Refusal is { } unreadable) return unreadable;

        var inspection = inspected.Value;
        var files = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ProjectParser.ProjectFileName] = ProposedFile.Write(request, inspection),
            ["schema.yaml"] = SchemaFile.Write(inspection.Schema, request.Source),
        };

        // What is proposed must run: a target that cannot be learned, or a name that cannot stand in a URL, is refused here.
        var parsed = ProjectParser.Parse(files, request.Folder!);
        if (parsed.Refusal is { } refusal) return refusal;
        return new InitializedProject(files, [.. inspection.Notes, .. ProposedFile.Choices(parsed.Value, inspection)]);
    }
}

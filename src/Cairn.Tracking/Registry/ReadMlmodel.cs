using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Artifacts;
using Cairn.Tracking.Mlflow.LoggedModels;
using Cairn.Tracking.Mlflow.Registry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using YamlDotNet.Core;

namespace Cairn.Tracking.Registry;

/// <summary>GET /api/v1/models/{model}/versions/{version}/mlmodel: what an MLflow client said of the model it logged, and which files it stored.</summary>
internal static class ReadMlmodel
{
    private const string File = "MLmodel";
    private const long Largest = 4 << 20;
    private const int MostFiles = 500;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/models/{model}/versions/{version:long}/mlmodel", Handle)
        .Requires(Permission.ModelsRead)
        .WithName(nameof(ReadMlmodel)).WithSummary("Flavors, signature, params, metrics and files of a version that an MLflow client logged here").WithTags("Models")
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Ok<MlmodelWire>, ProblemHttpResult>> Handle(
        string model, long version, Caller caller, Database database, IBlobStore blobs, CancellationToken cancellation)
    {
        var stored = await database.Read(transaction => Find(transaction, caller.Workspace, model, version), cancellation);
        if (stored.Refusal is { } refusal) return refusal.ToProblem();
        var (said, folder, files) = stored.Value;

        MlmodelText? read = null;
        if (files.FirstOrDefault(file => file.Path == folder + File) is { } mlmodel)
        {
            if (mlmodel.Length > Largest) return Unreadable($"it has {mlmodel.Length} bytes; {Largest} are read").ToProblem();
            if (await blobs.Open(Digest.Parse(mlmodel.Digest), cancellation) is not { } content)
                return new Refusal.Missing("artifact.content-missing", $"The file {File} of the version is known, but its content (blob {mlmodel.Digest}) is gone from the blob store. Restore it from a backup.").ToProblem();
            using var text = new StreamReader(content);
            var answer = Read(await text.ReadToEndAsync(cancellation));
            if (answer.Refusal is { } unreadable) return unreadable.ToProblem();
            read = answer.Value;
        }

        return TypedResults.Ok(said with
        {
            Flavors = read?.Flavors ?? [], Signature = read?.Signature, MlflowVersion = read?.Of("mlflow_version"),
            Files = [.. files.Take(MostFiles).Select(file => new ArtifactWire(file.Path[folder.Length..], IsDirectory: false, file.Length, file.Digest))],
        });
    }

    private static Answer<MlmodelText> Read(string text)
    {
        try
        {
            return MlmodelText.Read(new StringReader(text));
        }
        catch (YamlException broken)
        {
            return Unreadable($"it is no YAML at line {broken.Start.Line}, column {broken.Start.Column}");
        }
    }

    private static Refusal.Conflict Unreadable(string why) => new("registry.mlmodel-invalid", $"The file {File} of this version cannot be read: {why}. Log the model again, and register it as another version.");

    private static Answer<(MlmodelWire Said, string Folder, IReadOnlyList<Artifact> Files)> Find(ReadTransaction transaction, WorkspaceId workspace, string model, long version)
    {
        var found = VersionTable.Require(transaction, workspace, model, version);
        if (found.Refusal is { } refusal) return refusal;
        if (VersionJson.LoggedModelOf(found.Value.Source) is { } id && LoggedModel.Find(transaction, workspace, id) is { } logged)
        {
            var shown = ShownLoggedModel.Load(transaction, workspace, [logged])[0];
            return (
                new MlmodelWire(
                    logged.ModelId, logged.Name, logged.ModelType, logged.SourceRunId.Length > 0 ? logged.SourceRunId : null, shown.Params.ToDictionary(StringComparer.Ordinal),
                    [.. shown.Metrics.Select(point => new ModelMetricWire(point.Key, point.IsNan != 0 ? double.NaN : point.Value, point.DatasetName.Length > 0 ? point.DatasetName : null))]),
                "", ArtifactTable.Below(transaction, workspace, logged.ModelId, ""));
        }

        if (ModelSource.RunPlace(found.Value.Source) is not { } place)
            return new Refusal.Missing("registry.files-elsewhere", $"The files of {model} version {version} are not on this server: its source is '{found.Value.Source}'. What it is made of is known there.");
        return (
            new MlmodelWire(null, null, null, place.Run, new Dictionary<string, string>(StringComparer.Ordinal), []),
            place.Folder.Length > 0 ? place.Folder + "/" : "", ArtifactTable.Below(transaction, workspace, place.Run, place.Folder));
    }
}

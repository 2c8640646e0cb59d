using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Mlflow.LoggedModels;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Mlflow.RunRecords;
using Cairn.Tracking.Registry;

namespace Cairn.Tracking.Mlflow.Registry;

/// <summary>
/// Where the files of a version are that a client of MLflow registers: a URL, or a place on a disk where the experiment of its run or its
/// logged model keeps files on a disk too. The server reads neither.
/// </summary>
internal static class VersionSource
{
    private const int LongestChain = 20;

    public static void Check(ReadTransaction transaction, WorkspaceId workspace, string source, string? runId, string? modelId)
    {
        if (!IsOnDisk(source))
        {
            if (ModelSource.Check(source) is { } bad)
                throw MlflowException.Invalid($"Invalid model version source: '{source}'. If supplying a source as an http, https, ftp, object store or mlflow-artifacts URI, it is absolute and holds no '..'. {bad.Detail}");
            return;
        }

        var folder = modelId is not null ? LoggedModel.Location(transaction, workspace, LoggedModel.Require(transaction, workspace, modelId))
            : runId is not null ? ShownRun.ArtifactUri(transaction, workspace, RunForChange.Require(transaction, workspace, runId))
            : "";
        if (PathOf(folder) is not { } allowed || PathOf(source) is not { } path || (path != allowed && !path.StartsWith(allowed + "/", StringComparison.Ordinal)))
            throw MlflowException.Invalid(
                $"Invalid model version source: '{source}'. To use a local path as a model version source, say of which run (run_id) or logged model (model_id) it is, and name a place in the folder where that keeps its files{(folder.Length == 0 ? "" : $": {folder}")}.");
    }

    /// <summary>Where a client finds the files of a version: what it was made of, be it a logged model or, by way of a copy, another version.</summary>
    public static string Resolve(ReadTransaction transaction, WorkspaceId workspace, string source)
    {
        for (var step = 0; step < LongestChain; step++)
        {
            if (VersionJson.LoggedModelOf(source) is { } id)
                return LoggedModel.Find(transaction, workspace, id) is { } model ? LoggedModel.Location(transaction, workspace, model) : source;
            if (source.Split('/') is not ["models:", var name, var number] || !long.TryParse(number, out var version) || VersionTable.SourceOf(transaction, workspace, name, version) is not { } next)
                return source;
            source = next;
        }

        return source; // versions that name each other: there are no files
    }

    /// <summary>A prompt has no files; clients name a word as its source.</summary>
    public static bool IsOfPrompt(RegisterVersion request) => request.Tags?.ContainsKey(SearchModels.PromptTag) is true && IsWord(request.Source);

    public static bool IsWord(string source) => source.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');

    private static bool IsOnDisk(string source) => source.StartsWith('/') || source.StartsWith("file:", StringComparison.OrdinalIgnoreCase);

    /// <summary>With every '..' walked. Null: none on a disk, or one that another program could read in another way.</summary>
    private static string? PathOf(string place)
    {
        if (place.AsSpan().IndexOfAny("?#;\\\0") >= 0) return null;
        var path = place.StartsWith('/') ? place
            : !place.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? null
            : place["file:".Length..] is ['/', '/', '/', ..] rest ? Uri.UnescapeDataString(rest[2..])
            : place["file:".Length..] is ['/', not '/', ..] single ? Uri.UnescapeDataString(single)
            : null;
        return path is null || path.Contains('\0', StringComparison.Ordinal) ? null : Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
    }
}

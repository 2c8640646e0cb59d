using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Learning.Slicing;

/// <summary>GET /api/v1/runs/{run}/slices: by one metric, those surely worse first.</summary>
internal static class ListSlices
{
    /// <summary>What the program writes is far smaller; others can write anything.</summary>
    private const int LargestFile = 16 << 20;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/runs/{run}/slices", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(ListSlices)).WithSummary("The slices of a run's test split by one metric, against the rest of it, worst first").WithTags("Runs")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Ok<RunSlicesWire>, ProblemHttpResult>> Handle(
        string run, string? metric, string? feature, int? limit, string? page_token, Caller caller, Runs runs, CancellationToken cancellation)
    {
        var size = PageSize.Of(limit);
        var place = PageToken.ReadNumber(page_token, first: 0);
        if ((size.Refusal ?? place.Refusal) is { } refusal) return refusal.ToProblem();

        var opened = await runs.OpenArtifact(caller.Workspace, run, SlicesFile.Path, cancellation);
        if (opened.Refusal is { Code: "artifact.unknown" }) return NotSliced(run).ToProblem();
        if (opened.Refusal is { } missing) return missing.ToProblem();
        var read = await Read(opened.Value, cancellation);
        if (read.Refusal is { } unreadable) return unreadable.ToProblem();

        var (file, by) = (read.Value, metric ?? SliceJudge.Metrics[0]);
        var judged = SliceJudge.Metrics.Where(known => file.Slices.Any(slice => slice.Metrics.ContainsKey(known))).ToList();
        if (judged.Count > 0 && !judged.Contains(by, StringComparer.Ordinal))
            return new Refusal.Invalid("slices.metric-unknown", $"The slices of this run are not judged by '{by}'. They are by: {string.Join(", ", judged)}.").ToProblem();
        var features = file.Slices.SelectMany(slice => slice.Features).Distinct(StringComparer.Ordinal).ToList();
        if (feature is not null && !features.Contains(feature, StringComparer.Ordinal))
            return new Refusal.Invalid("slices.feature-unknown", $"No slice of this run is of the feature '{SliceRule.Clip(feature)}'. Cut were: {string.Join(", ", features.Take(20))}{(features.Count > 20 ? ", …" : "")}.").ToProblem();

        var all = file.Slices.Where(slice => slice.Metrics.ContainsKey(by)).ToList();
        var asked = all.Where(slice => feature is null || slice.Features.Contains(feature, StringComparer.Ordinal))
            .OrderBy(slice => Place(slice.Metrics[by].Verdict)).ThenByDescending(slice => SlicesFile.Worse(slice.Metrics[by], by))
            .ThenByDescending(slice => slice.Rows).ThenBy(slice => slice.Rule.Name, StringComparer.Ordinal).Skip((int)Math.Min(place.Value, int.MaxValue)).ToList();
        long Count(params string[] verdicts) => all.Count(slice => verdicts.Contains(slice.Metrics[by].Verdict, StringComparer.Ordinal));
        return TypedResults.Ok(new RunSlicesWire(
            opened.Value.RunId, by, judged, features, file.Rows, file.Positives, file.Threshold, Count("worse"), Count("better"), all.Count(slice => slice.Metrics[by].CorrectedP is not null), Count("too_few"),
            [.. asked.Take(size.Value).Select(slice => ToWire(slice, by, file.Rows))], file.LeftOut, asked.Count > size.Value ? PageToken.Write(place.Value + size.Value) : null));
    }

    private static async Task<Answer<SlicesFile>> Read(RunArtifact artifact, CancellationToken cancellation)
    {
        await using var content = artifact.Content;
        if (artifact.Length > LargestFile) return Unreadable($"it has {artifact.Length:N0} bytes, and {LargestFile:N0} are read");
        var bytes = new byte[artifact.Length];
        await content.ReadExactlyAsync(bytes, cancellation);
        try
        {
            return SlicesFile.Read(bytes);
        }
        catch (InvalidDataException error)
        {
            return Unreadable(error.Message);
        }
    }

    private static SliceWire ToWire(SavedSlice slice, string metric, long rows) => new(
        slice.Rule.Name, slice.Features[0], slice.Rule.Kind, slice.Rule.Above, slice.Rule.UpTo, slice.Also, slice.Rows, (double)slice.Rows / Math.Max(1, rows), slice.Positives, slice.Predicted,
        slice.Metrics[metric], SliceWords.Of(slice, metric));

    private static int Place(string verdict) => verdict switch { "worse" => 0, "better" => 2, "too_few" => 3, _ => 1 };

    private static Refusal.Missing NotSliced(string run) => new(
        "slices.none",
        $"The run '{SliceRule.Clip(run)}' has no slices ({SlicesFile.Path}). cairn run keeps them with the candidate that it judges on the test split; runs judged by a version before slices, and runs of other programs, have none. Train again for them.");

    private static Refusal.Conflict Unreadable(string why) => new("slices.unreadable", $"{SlicesFile.Path} of this run cannot be read: {why}. The artifacts have the file as it is.");
}

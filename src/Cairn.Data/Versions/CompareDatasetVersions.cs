using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Data.Versions;

/// <summary>GET /api/v1/datasets/{name}/compare?left=&amp;right=: how the contracts of two versions differ.</summary>
internal static class CompareDatasetVersions
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/datasets/{name}/compare", Handle)
        .WithName(nameof(CompareDatasetVersions)).WithSummary("Two versions of a dataset, side by side").WithTags("Data")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .Requires(Permission.DataRead);

    private static async Task<Results<Ok<DatasetComparisonWire>, ProblemHttpResult>> Handle(
        string name, Caller caller, Datasets datasets, CancellationToken cancellation, string? left = null, string? right = null)
    {
        if (left is null || right is null)
            return new Refusal.Invalid("data.version-name", "Name both versions to compare: ?left=1&right=2, by number or by digest.").ToProblem();
        var first = await datasets.Versions.Named(caller.Workspace, name, left, cancellation);
        if (first.Refusal is { } noLeft) return noLeft.ToProblem();
        var second = await datasets.Versions.Named(caller.Workspace, name, right, cancellation);
        if (second.Refusal is { } noRight) return noRight.ToProblem();
        return TypedResults.Ok(new DatasetComparisonWire(first.Value.ToWire(), second.Value.ToWire(), [.. Changes(first.Value.Schema, second.Value.Schema)]));
    }

    /// <summary>In the order of the left contract, then columns that only the right one has.</summary>
    internal static IEnumerable<ColumnChangeWire> Changes(Schema left, Schema right)
    {
        foreach (var column in left.Columns)
        {
            if (right.Find(column.Name) is not { } other)
            {
                yield return new(column.Name, "removed", Wire.Word(column.Type), "");
                continue;
            }

            foreach (var (change, before, after) in Traits(column).Zip(Traits(other), (a, b) => (a.Name, a.Value, b.Value)))
            {
                if (before != after) yield return new(column.Name, change, before, after);
            }
        }

        foreach (var column in right.Columns.Where(c => left.Find(c.Name) is null)) yield return new(column.Name, "added", "", Wire.Word(column.Type));
        if (left.Key != right.Key) yield return new(right.Key ?? left.Key!, "key", left.Key ?? "none", right.Key ?? "none");
        if (left.Target != right.Target) yield return new((right.Target ?? left.Target)!.Column, "target", Named(left.Target), Named(right.Target));
    }

    private static IEnumerable<(string Name, string Value)> Traits(ColumnContract column) =>
    [
        ("type", Wire.Word(column.Type)),
        ("nullable", column.Nullable ? "yes" : "no"),
        ("range", (column.Min, column.Max) is (null, null) ? "any" : $"{column.Min?.ToString("R") ?? "…"} to {column.Max?.ToString("R") ?? "…"}"),
        ("categories", column.Categories is { } categories ? string.Join(", ", categories.Order(StringComparer.Ordinal)) : "any"),
        ("pii", column.Pii ? "yes" : "no"),
        ("at_prediction", column.AtPrediction ? "yes" : "no"),
    ];

    private static string Named(TargetContract? target) => target is null ? "none" : $"{target.Column} = {target.Positive}";
}

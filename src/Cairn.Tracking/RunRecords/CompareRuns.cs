using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.RunRecords;

/// <summary>GET /api/v1/runs/compare?ids=a,b</summary>
internal static class CompareRuns
{
    private const int Most = 20;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/runs/compare", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(CompareRuns)).WithSummary("Params and metrics in which 2 to 20 runs differ; all=true shows the equal ones too").WithTags("Runs")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Ok<RunComparisonWire>, ProblemHttpResult>> Handle(
        string? ids, bool? all, Caller caller, Database database, CancellationToken cancellation)
    {
        var asked = (ids ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (asked.Length is < 2 or > Most)
            return new Refusal.Invalid("run.compare-count", $"{asked.Length} runs were named; 2 to {Most} can be compared: ?ids=0193a1,0193b2.").ToProblem();

        var comparison = await database.Read<Answer<RunComparisonWire>>(
            transaction =>
            {
                var found = new List<Run>();
                foreach (var id in asked)
                {
                    var run = RunTable.RequireByPrefix(transaction, caller.Workspace, id);
                    if (run.Refusal is { } refusal) return refusal;
                    found.Add(run.Value);
                }

                return Compare(RunTable.ToWire(transaction, caller.Workspace, found), all == true);
            },
            cancellation);
        return comparison.ToOk();
    }

    internal static RunComparisonWire Compare(IReadOnlyList<RunWire> runs, bool all) => new(
        runs,
        Differing(runs, run => run.Params, all, (run, key) => run.Params.GetValueOrDefault(key)),
        Differing(runs, run => run.Metrics, all, (run, key) => run.Metrics.TryGetValue(key, out var value) ? value : (double?)null));

    // EqualityComparer, not ==: a NaN in every run is no difference.
    private static SortedDictionary<string, IReadOnlyList<TShown>> Differing<TShown, TValue>(
        IReadOnlyList<RunWire> runs, Func<RunWire, IReadOnlyDictionary<string, TValue>> values, bool all, Func<RunWire, string, TShown> show)
    {
        var rows = new SortedDictionary<string, IReadOnlyList<TShown>>(StringComparer.Ordinal);
        foreach (var key in runs.SelectMany(run => values(run).Keys).Distinct(StringComparer.Ordinal))
        {
            var row = runs.Select(run => show(run, key)).ToList();
            if (all || row.Any(value => !EqualityComparer<TShown>.Default.Equals(value, row[0]))) rows[key] = row;
        }

        return rows;
    }
}

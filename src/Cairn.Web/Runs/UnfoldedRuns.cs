using Cairn.Client.Wire;
using Cairn.Web.Routing;

namespace Cairn.Web.Runs;

/// <summary>The runs of a page, each that the address unfolds with those nested in it below it.</summary>
/// <param name="Depths">How deep a row is nested, where it is; by its place.</param>
internal sealed record UnfoldedRuns(IReadOnlyList<RunWire> Rows, IReadOnlyDictionary<RunWire, int> Depths)
{
    private const int MostOfOne = 50, MostUnfolded = 20, Deepest = 8;

    internal static async Task<UnfoldedRuns> Of(PageRequest request, IReadOnlyList<RunWire> runs)
    {
        var (rows, depths, left) = (new List<RunWire>(), new Dictionary<RunWire, int>(ReferenceEqualityComparer.Instance), MostUnfolded);
        await Add(runs, 0);
        return new(rows, depths);

        async Task Add(IReadOnlyList<RunWire> level, int depth)
        {
            foreach (var run in level)
            {
                rows.Add(run);
                if (depth > 0) depths[run] = depth;
                if (run.Children is null || depth == Deepest || !request.Listing.IsExpanded(run.RunId) || left-- <= 0) continue;
                var nested = await request.Load((api, stop) => api.ListNestedRunsAsync(run.RunId, MostOfOne, null, stop));
                await Add(nested.Value?.Items ?? [], depth + 1);
            }
        }
    }
}

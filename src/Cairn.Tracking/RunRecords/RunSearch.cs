using Cairn.Client.Wire;
using Cairn.Storage;
using Cairn.Tracking.Search;

namespace Cairn.Tracking.RunRecords;

/// <summary>One page of runs.</summary>
/// <param name="Values">Which metrics, params and tags are shown of each.</param>
internal sealed record RunSearch(RunSelection Which, RunOrder Order, RunValues Values, int Limit, RunPlace? After)
{
    public Page<RunWire> Page(ReadTransaction transaction)
    {
        var found = Which.Finder(transaction).Find(Order, After, Limit + 1);
        var shown = RunTable.Of(transaction, Which.Workspace, [.. found.Take(Limit).Select(run => run.RunId)]);
        return new(RunTable.ToWire(transaction, Which.Workspace, shown, Values), found.Count > Limit ? found[Limit - 1].Token(Order) : null);
    }
}

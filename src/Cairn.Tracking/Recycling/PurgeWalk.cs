using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Tracking.Recycling;

/// <summary>
/// Takes what a purge comes to, some at a time. Versions and models may stand on each other, in any order and in rings: those that others of the bin
/// keep wait until all that is asked for was seen, and go together when nothing else keeps them.
/// </summary>
/// <param name="finish">Takes the rows away of what has vanished.</param>
internal sealed class PurgeWalk(Database database, Caller caller, TimeProvider clock, Func<CancellationToken, Task> finish)
{
    private const int AtOnce = 20;

    private readonly List<BinItem> _waiting = [], _held = [];

    public async Task Add(BinItem item, CancellationToken cancellation)
    {
        _waiting.Add(item);
        if (_waiting.Count == AtOnce) await Flush(cancellation);
    }

    public async Task Flush(CancellationToken cancellation)
    {
        _held.AddRange(await Take(_waiting, cancellation));
        _waiting.Clear();
    }

    /// <summary>Those that wait for each other.</summary>
    /// <returns>Those that something keeps.</returns>
    public async Task<IReadOnlyList<BinItem>> TakeHeld(CancellationToken cancellation)
    {
        if (_held.Count == 0) return [];
        var (held, going) = await database.Read(
            transaction =>
            {
                var held = _held.Select(item => BinContents.Find(transaction, caller.Workspace, item.Subject)).OfType<BinItem>().ToList(); // not what went with another
                return (held, BinContents.Together(transaction, caller.Workspace, held, anyway: []));
            },
            cancellation);
        _held.Clear();
        var ring = new List<BinItem>();
        // A copy is mostly deleted after what it was copied from.
        foreach (var some in going.Reverse().Chunk(AtOnce)) ring.AddRange(await Take(some, cancellation));
        // What is in none of these by itself goes in one transaction: killed in the middle of a ring, the rest of it would stand on nothing.
        await Take(ring, cancellation);
        return [.. held.Except(going)];
    }

    /// <returns>Those that have not vanished.</returns>
    private async Task<IReadOnlyList<BinItem>> Take(IReadOnlyList<BinItem> items, CancellationToken cancellation)
    {
        if (items.Count == 0) return [];
        var now = clock.Micros();
        var begun = await database.Write(transaction => Purging.Begin(transaction, caller, items, now), cancellation);
        if (begun.Count > 0) await finish(cancellation);
        return [.. items.ExceptBy(begun.Select(item => item.Subject), item => item.Subject, StringComparer.Ordinal)];
    }
}

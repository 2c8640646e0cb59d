using System.Diagnostics.Metrics;

namespace Cairn.Storage.Sql;

/// <summary>Writes for each commit are the quotient of the two rates: how many requests share a sync.</summary>
internal static class StorageMeter
{
    private static readonly Meter Meter = new("Cairn.Storage");

    public static readonly Counter<long> Commits = Meter.CreateCounter<long>("cairn.storage.commits", "{commit}", "Transactions committed; each waited for one sync.");

    public static readonly Counter<long> Writes = Meter.CreateCounter<long>("cairn.storage.writes", "{write}", "Pieces of work made durable; several share a commit under load.");
}

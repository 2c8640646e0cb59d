using Cairn.Kernel;
using Cairn.Server.Homes;

namespace Cairn.Server;

/// <summary>Whole homes as one file. A backup is taken from the running server (<c>GET /api/v1/backup</c>) and brought back while none runs.</summary>
public static class Backups
{
    /// <summary>
    /// Puts the home of a backup in place. All or nothing: the archive is unpacked and checked beside what is there, and only then takes its place.
    /// </summary>
    /// <param name="archive">A tar, or a gzipped one.</param>
    /// <param name="replace">True: what the home holds is moved into <c>replaced-…</c> below it. False: a home that holds anything is refused (<c>restore.home-not-empty</c>).</param>
    /// <returns>Refused with <c>home.owned</c> when a server runs there, <c>restore.not-a-backup</c>, <c>restore.incomplete</c>, <c>restore.altered</c> or <c>restore.too-new</c>.</returns>
    public static async Task<Answer<RestoredHome>> Restore(Stream archive, string home, bool replace, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(archive);
        var taken = HomeLock.Take(home);
        if (taken.Refusal is { } refusal) return refusal;
        using var held = taken.Value;
        return await RestoreIntoHome.Run(archive, held.Home, replace, cancellation);
    }
}

/// <param name="CreatedAt">When the backup was taken, microseconds UTC.</param>
/// <param name="Replaced">Where the files that were there before are now; null when there were none.</param>
public sealed record RestoredHome(string Home, long CreatedAt, int Files, long Bytes, string? Replaced);

using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Tracking.Recycling;

/// <summary>
/// Packages of versions that were purged. One goes when no version has it any more, deleted or not, and nobody else names it: what answered a prediction that is
/// in the log stays, so that it can be replayed.
/// </summary>
internal static class PurgedPackages
{
    /// <value>Of a row of <c>purges</c>, whose id is then the digest.</value>
    public const string Kind = "packages";

    /// <summary>In the transaction that removes versions: some rows no longer name these.</summary>
    public static void LetGo(WriteTransaction transaction, WorkspaceId workspace, IReadOnlyList<string> digests, long now)
    {
        foreach (var digest in digests)
            transaction.Execute("INSERT INTO purges (workspace_id, kind, id, begun_at) VALUES (@workspace, @Kind, @digest, @now) ON CONFLICT DO NOTHING", new { workspace = workspace.Value, Kind, digest, now });
    }

    public static IReadOnlyList<string> Waiting(ReadTransaction transaction, WorkspaceId workspace, int most) => transaction.Query<string>(
        "SELECT id FROM purges WHERE workspace_id = @workspace AND kind = @Kind ORDER BY id LIMIT @most", new { workspace = workspace.Value, Kind, most });

    /// <summary>How many versions have each of some packages.</summary>
    public static IReadOnlyDictionary<string, long> Versions(ReadTransaction transaction, WorkspaceId workspace, IReadOnlyCollection<string> digests) => transaction.Query<PackageRows>(
            $"SELECT package_digest AS digest, COUNT(*) AS rows FROM model_versions WHERE workspace_id = @workspace AND package_digest {transaction.Among("digests")} GROUP BY package_digest",
            new { workspace = workspace.Value, digests = transaction.Texts(digests) })
        .ToDictionary(package => package.Digest, package => package.Rows, StringComparer.Ordinal);

    /// <summary>Removes those of some packages that no version has. Their files are let go of.</summary>
    /// <param name="named">Those that somebody else names, which stay.</param>
    public static void Remove(WriteTransaction transaction, WorkspaceId workspace, IReadOnlyCollection<string> digests, IReadOnlySet<string> named, long now)
    {
        var versions = Versions(transaction, workspace, digests);
        foreach (var digest in digests)
        {
            var row = new { workspace = workspace.Value, Kind, digest };
            if (!named.Contains(digest) && !versions.ContainsKey(digest))
            {
                UnnamedBlobs.LetGo(transaction, workspace, transaction.Query<string>("SELECT digest FROM model_package_files WHERE workspace_id = @workspace AND package_digest = @digest", row), now);
                transaction.Execute("DELETE FROM model_package_files WHERE workspace_id = @workspace AND package_digest = @digest", row);
                transaction.Execute("DELETE FROM model_packages WHERE workspace_id = @workspace AND digest = @digest", row);
            }

            transaction.Execute("DELETE FROM purges WHERE workspace_id = @workspace AND kind = @Kind AND id = @digest", row);
        }
    }

    private sealed record PackageRows
    {
        public string Digest { get; init; } = "";

        public long Rows { get; init; }
    }
}

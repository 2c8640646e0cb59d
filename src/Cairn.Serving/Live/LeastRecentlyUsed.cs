namespace Cairn.Serving.Live;

/// <summary>In which order packages give way.</summary>
internal static class LeastRecentlyUsed
{
    public sealed record Users(LoadedPackage Package, IReadOnlyList<LiveDeployment> Deployments);

    /// <summary>
    /// What may go, least recently used first: a package is as recent as the last of its deployments. Never what the last of all serves,
    /// so that a model larger than the bound serves alone; nor what serves in the place of a version that could not be loaded, since
    /// nothing would bring it back.
    /// </summary>
    public static IReadOnlyList<Users> Of(IReadOnlyList<LiveDeployment> deployments)
    {
        var awake = deployments.Where(deployment => deployment.Packages.Count > 0).Select(deployment => (Deployment: deployment, deployment.Recency)).ToList();
        if (awake.Count < 2) return [];
        var last = awake.MaxBy(one => one.Recency).Deployment;
        return
        [
            .. awake.SelectMany(one => one.Deployment.Packages.Select(package => (Package: package, one.Deployment, one.Recency)))
                .GroupBy(one => one.Package)
                .Where(users => users.All(one => one.Deployment != last && one.Deployment.MaySleep))
                .OrderBy(users => users.Max(one => one.Recency))
                .Select(users => new Users(users.Key, [.. users.Select(one => one.Deployment)])),
        ];
    }
}

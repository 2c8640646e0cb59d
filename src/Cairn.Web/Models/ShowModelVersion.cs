using System.Globalization;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Models;

/// <summary>GET /models/{name}/versions/{version}: what the version is, what it stands on, and whether it may serve.</summary>
internal static class ShowModelVersion
{
    private const int Enough = 100;

    public static void Map(PageRoutes routes) => routes.Get("/models/{name}/versions/{version}", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var name = request.Route("name");
        if (!long.TryParse(request.Route("version"), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            return request.Missing($"'{request.Route("version")}' is no version. Versions are numbers; the model's page lists them.");

        var lineage = request.Load((api, stop) => api.GetLineageAsync(name, version, stop));
        var model = request.Load((api, stop) => api.GetModelAsync(name, stop));
        var deployments = request.Load((api, stop) => api.ListDeploymentsAsync(Enough, cancellation: stop));
        if ((await lineage).Problem is { Status: 404 } unknown) return request.Refuse(unknown);
        var run = (await lineage).Value?.Version is { RunId: { } id, PackageDigest: not null } ? id : null;
        var contract = run is null ? null : request.Load((api, stop) => Contract.Read(api, run, stop));
        var outside = (await lineage).Value?.Version is { PackageDigest: null } ? request.Load((api, stop) => api.GetMlmodelAsync(name, version, stop)) : null;
        return request.Show<ModelVersionPage>(
            new { Name = name, Version = version, Lineage = await lineage, Model = await model, Deployments = await deployments, Contract = contract is null ? null : await contract, Mlmodel = outside is null ? null : await outside },
            (await lineage).Status);
    }
}

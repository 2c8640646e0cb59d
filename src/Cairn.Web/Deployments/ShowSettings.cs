using Cairn.Client.Wire;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Deployments;

/// <summary>GET /deployments/{name}/settings: what is logged, how long, and when a prediction counts as decided.</summary>
internal static class ShowSettings
{
    public static void Map(PageRoutes routes) => routes.Get("/deployments/{name}/settings", request => Handle(request));

    /// <param name="form">What was sent and not taken.</param>
    /// <param name="declined">Why.</param>
    public static async Task<IResult> Handle(PageRequest request, SettingsForm? form = null, Problem? declined = null)
    {
        var name = request.Route("name");
        var deployment = await request.Load((api, stop) => api.GetDeploymentAsync(name, stop));
        if (deployment.Problem is { Status: 404 } unknown) return request.Refuse(unknown);
        return request.Show<SettingsPage>(
            new { Name = name, Deployment = deployment, Form = form ?? SettingsForm.Of(deployment.Value?.Settings ?? new()), Declined = declined },
            declined?.Status ?? (form is null ? deployment.Status : StatusCodes.Status400BadRequest));
    }
}

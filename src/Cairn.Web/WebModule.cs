using Cairn.Client;
using Cairn.Web.Appearance;
using Cairn.Web.Overview;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Web;

/// <summary>The web UI: pages rendered by the server, without scripts. It knows the API and nothing else.</summary>
public static class WebModule
{
    /// <param name="connect">The API as the signed-in user of a request may use it.</param>
    public static IServiceCollection AddWeb(this IServiceCollection services, Func<IServiceProvider, CairnClient> connect)
    {
        services.AddRazorComponents();
        return services.AddScoped(connect);
    }

    /// <param name="access">Says who may open a page or fetch an asset; the API decides what they see there.</param>
    /// <param name="storesNothing">Marks a form that sets no more than a cookie.</param>
    public static IEndpointRouteBuilder MapWeb(this IEndpointRouteBuilder routes, Action<IEndpointConventionBuilder> access, Action<IEndpointConventionBuilder> storesNothing)
    {
        ArgumentNullException.ThrowIfNull(access);
        ArgumentNullException.ThrowIfNull(storesNothing);
        access(GetAsset.Map(routes));
        access(ShowOverview.Map(routes));
        var theme = SetTheme.Map(routes);
        access(theme);
        storesNothing(theme);
        return routes;
    }
}

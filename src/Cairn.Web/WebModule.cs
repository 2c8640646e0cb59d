using Cairn.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Web;

/// <summary>The web UI. It knows the API and nothing else.</summary>
public static class WebModule
{
    /// <param name="connect">The API as the signed-in user of a request may use it.</param>
    public static IServiceCollection AddWeb(this IServiceCollection services, Func<IServiceProvider, CairnClient> connect) => services.AddScoped(connect);

    /// <param name="access">Says who may open a page or fetch an asset; the API decides what they see there.</param>
    public static IEndpointRouteBuilder MapWeb(this IEndpointRouteBuilder routes, Action<IEndpointConventionBuilder> access) => routes;
}

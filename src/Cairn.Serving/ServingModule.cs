using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Serving;

/// <summary>Deployments and online prediction.</summary>
public static class ServingModule
{
    public static IServiceCollection AddServing(this IServiceCollection services) => services.AddSingleton<Deployments>();

    public static IEndpointRouteBuilder MapServing(this IEndpointRouteBuilder routes) => routes;
}

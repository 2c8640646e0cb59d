using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Tracking;

/// <summary>Experiments, runs, artifacts, models, packages.</summary>
public static class TrackingModule
{
    public static IServiceCollection AddTracking(this IServiceCollection services) =>
        services.AddSingleton<Runs>().AddSingleton<Models>().AddSingleton<ModelPackages>();

    public static IEndpointRouteBuilder MapTracking(this IEndpointRouteBuilder routes) => routes;
}

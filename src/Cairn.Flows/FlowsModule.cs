using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Flows;

/// <summary>The engine behind background work.</summary>
public static class FlowsModule
{
    public static IServiceCollection AddFlows(this IServiceCollection services) => services.AddSingleton<FlowRuns>();

    public static IEndpointRouteBuilder MapFlows(this IEndpointRouteBuilder routes) => routes;
}

using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Projects;

/// <summary>cairn.yaml and the lifecycle of one use case.</summary>
public static class ProjectsModule
{
    public static IServiceCollection AddProjects(this IServiceCollection services) => services;

    public static IEndpointRouteBuilder MapProjects(this IEndpointRouteBuilder routes) => routes;
}

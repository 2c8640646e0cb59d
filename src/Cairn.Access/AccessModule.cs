using Cairn.Access.Auditing;
using Cairn.Access.Conditional;
using Cairn.Access.Guarding;
using Cairn.Access.Idempotency;
using Cairn.Access.Limits;
using Cairn.Access.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Cairn.Access;

/// <summary>Callers, permissions, limits, problems, conditional reads, idempotency, audit.</summary>
public static class AccessModule
{
    public static IServiceCollection AddAccess(this IServiceCollection services, AccessOptions? options = null, LimitOptions? limits = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options ?? new AccessOptions());
        services.AddSingleton<IdempotencyKeys>();
        services.AddSingleton(limits ?? new LimitOptions());
        services.AddSingleton<QuotaCounters>();
        services.AddSingleton(provider => new RowQuota(provider.GetRequiredService<LimitOptions>(), provider.GetRequiredService<QuotaCounters>()));
        if (limits?.RowsPerDay is not null) services.AddHostedService<QuotaKeeper>();
        // A request that cannot be bound then names its problem in an exception instead of answering an empty 400.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        return services;
    }

    /// <summary>First in the pipeline: whatever fails further in, the framework's own errors included, is answered as a problem.</summary>
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) => app.UseMiddleware<ProblemResponses>();

    /// <summary>After routing: keeps strange sites out, finds the caller and refuses what the endpoint does not allow, deny by default.</summary>
    public static IApplicationBuilder UseAccess(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<BrowserGuard>().UseMiddleware<TextGuard>().UseMiddleware<PermissionGuard>();
        if (app.ApplicationServices.GetRequiredService<LimitOptions>().Requests is not null) app.UseMiddleware<RateGuard>();
        return app.UseMiddleware<TimeGuard>().UseMiddleware<ConditionalReads>().UseMiddleware<SizeGuard>().UseMiddleware<IdempotentRequests>();
    }

    public static IEndpointRouteBuilder MapAccess(this IEndpointRouteBuilder routes)
    {
        ListAudit.Map(routes);
        return routes;
    }
}

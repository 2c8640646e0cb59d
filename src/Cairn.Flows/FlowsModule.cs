using Cairn.Flows.Engine;
using Cairn.Flows.Runs;
using Cairn.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Cairn.Flows;

/// <summary>The engine behind background work.</summary>
public static class FlowsModule
{
    public static IServiceCollection AddFlows(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton(p => new FlowRuns(p.GetRequiredService<Database>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<FlowRuns>>()))
            .AddSingleton(provider => Names(provider.GetRequiredService<Database>(), "flow_runs", "parameters"))
            .AddSingleton(provider => Names(provider.GetRequiredService<Database>(), "task_runs", "result"))
            .AddSingleton(provider => Names(provider.GetRequiredService<Database>(), "task_cache", "result"))
            .AddHostedService<FlowsHost>();
    }

    // What tasks keep in blobs is known to them alone; its digests stand somewhere in the JSON.
    private static BlobNames Names(Database database, string table, string column) =>
        new BlobNames(table, (digests, cancellation) => database.Read(transaction => BlobNames.InTexts(transaction, table, column, digests), cancellation));

    public static IEndpointRouteBuilder MapFlows(this IEndpointRouteBuilder routes)
    {
        ListFlowRuns.Map(routes);
        GetFlowRun.Map(routes);
        CancelFlowRun.Map(routes);
        ResumeFlowRun.Map(routes);
        return routes;
    }
}

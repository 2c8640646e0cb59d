using Cairn.Storage;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Packages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Cairn.Tracking;

/// <summary>Experiments, runs, artifacts, models, packages.</summary>
public static class TrackingModule
{
    public static IServiceCollection AddTracking(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton<DefaultExperiment>()
            .AddSingleton(provider => new SigningKey(provider.GetRequiredService<StorageOptions>().Home))
            .AddSingleton(provider => new Runs(
                provider.GetRequiredService<Database>(), provider.GetRequiredService<IBlobStore>(), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<DefaultExperiment>()))
            .AddSingleton(provider => new Models(provider.GetRequiredService<Database>(), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new ModelPackages(
                provider.GetRequiredService<Database>(), provider.GetRequiredService<IBlobStore>(), provider.GetRequiredService<SigningKey>(),
                provider.GetRequiredService<TimeProvider>()));
    }

    public static IEndpointRouteBuilder MapTracking(this IEndpointRouteBuilder routes)
    {
        CreateExperiment.Map(routes);
        ListExperiments.Map(routes);
        GetExperiment.Map(routes);
        RenameExperiment.Map(routes);
        DeleteExperiment.Map(routes);
        RestoreExperiment.Map(routes);
        TagExperiment.Map(routes);
        return routes;
    }
}

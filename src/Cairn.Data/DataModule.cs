using Cairn.Data.Profiles;
using Cairn.Data.Versions;
using Cairn.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Cairn.Data;

/// <summary>Sources, contracts, dataset versions, expressions.</summary>
public static class DataModule
{
    /// <summary>Needs the services of <c>AddStorage</c>.</summary>
    public static IServiceCollection AddData(this IServiceCollection services, ConnectionOptions? connections = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton<Datasets>().AddSingleton<Analytics>().AddSingleton<RowSources>()
            .AddSingleton(provider => new BlobNames("datasets", (digests, cancellation) =>
                provider.GetRequiredService<Database>().Read(transaction => BlobNames.InTexts(transaction, "dataset_versions", "parts", digests), cancellation)))
            .AddSingleton(new Connections(connections ?? new())).AddSingleton<DatabaseRows>().AddSingleton<DatabaseTables>();
    }

    public static IEndpointRouteBuilder MapData(this IEndpointRouteBuilder routes)
    {
        ListDatasets.Map(routes);
        ListDatasetVersions.Map(routes);
        GetDatasetVersion.Map(routes);
        ListDatasetRows.Map(routes);
        CompareDatasetVersions.Map(routes);
        GetDatasetProfile.Map(routes);
        return routes;
    }
}

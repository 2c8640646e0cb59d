using Cairn.Storage;
using Cairn.Tracking.Artifacts;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Mlflow;
using Cairn.Tracking.Mlflow.Uploads;
using Cairn.Tracking.Packages;
using Cairn.Tracking.Recycling;
using Cairn.Tracking.Registry;
using Cairn.Tracking.RunRecords;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Cairn.Tracking;

/// <summary>Experiments, runs, artifacts, models, packages.</summary>
public static class TrackingModule
{
    public static IServiceCollection AddTracking(this IServiceCollection services, TrackingOptions? options = null, BinOptions? bin = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton(options ?? new TrackingOptions())
            .AddSingleton<DefaultExperiment>()
            .AddSingleton<RunWatchers>()
            .AddHostedService<UploadUpkeep>()
            .AddSingleton(provider => new SigningKey(provider.GetRequiredService<StorageOptions>().Home))
            .AddSingleton(provider => new Runs(
                provider.GetRequiredService<Database>(), provider.GetRequiredService<IBlobStore>(), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<DefaultExperiment>()))
            .AddSingleton(provider => new MlflowImport(
                provider.GetRequiredService<Database>(), provider.GetRequiredService<IBlobStore>(), provider.GetRequiredService<ObjectStore>(), provider.GetRequiredService<DefaultExperiment>(),
                provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new Models(provider.GetRequiredService<Database>(), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(bin ?? new())
            .AddSingleton(provider => new RecycleBin(provider.GetRequiredService<Database>(), provider.GetRequiredService<UnnamedBlobs>(), provider.GetServices<PackageNames>(), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => Names(provider.GetRequiredService<Database>(), RecycleBin.ArtifactNames, "run_artifacts"))
            .AddSingleton(provider => Names(provider.GetRequiredService<Database>(), RecycleBin.PackageFileNames, "model_package_files"))
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
        BrowseExperiments.Map(routes);
        MoveExperiments.Map(routes);

        StartRun.Map(routes);
        ListRuns.Map(routes);
        CountRuns.Map(routes);
        GroupRuns.Map(routes);
        CompareRuns.Map(routes);
        GetRun.Map(routes);
        EditRun.Map(routes);
        DeleteRun.Map(routes);
        RestoreRun.Map(routes);
        ChangeRuns.Map(routes);
        LogToRun.Map(routes);
        LogInputToRun.Map(routes);
        GetMetricHistory.Map(routes);
        WatchRun.Map(routes);
        ListNestedRuns.Map(routes);

        ListArtifacts.Map(routes);
        GetArtifact.Map(routes);
        PutArtifact.Map(routes);

        ListModels.Map(routes);
        GetModel.Map(routes);
        DescribeModel.Map(routes);
        DeleteModel.Map(routes);
        TagModel.Map(routes);
        UntagModel.Map(routes);
        RegisterOutsideVersion.Map(routes);
        ListVersions.Map(routes);
        GetVersion.Map(routes);
        GetLineage.Map(routes);
        ReadMlmodel.Map(routes);
        DescribeVersion.Map(routes);
        DeleteVersion.Map(routes);
        TagVersion.Map(routes);
        UntagVersion.Map(routes);
        MoveToStage.Map(routes);
        SetModelAlias.Map(routes);
        RemoveModelAlias.Map(routes);
        PromoteVersion.Map(routes);
        RollBackChampion.Map(routes);
        PreviewRollback.Map(routes);
        ListPromotions.Map(routes);

        ListBin.Map(routes);
        PreviewPurge.Map(routes);
        RestoreLoggedModel.Map(routes);
        RestoreModel.Map(routes);
        RestoreVersion.Map(routes);

        MlflowProtocol.Map(routes);
        return routes;
    }

    private static BlobNames Names(Database database, string who, string table) =>
        new BlobNames(who, (digests, cancellation) => database.Read(transaction => BlobNames.InColumn(transaction, table, "digest", digests), cancellation));
}

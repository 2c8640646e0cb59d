using Cairn.Data;
using Cairn.Serving.Batch;
using Cairn.Serving.Canaries;
using Cairn.Serving.Exports;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Online;
using Cairn.Serving.Protocols;
using Cairn.Serving.Queries;
using Cairn.Serving.Replay;
using Cairn.Serving.Segments;
using Cairn.Serving.Streams;
using Cairn.Serving.Traffic;
using Cairn.Serving.Truth;
using Cairn.Serving.Variants;
using Cairn.Storage;
using Cairn.Tracking;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Cairn.Serving;

/// <summary>Deployments, online and batch prediction, streams.</summary>
public static class ServingModule
{
    internal const string SegmentNames = "segments";

    public static IServiceCollection AddServing(this IServiceCollection services, ServingOptions? options = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Analytics>(); // AddData adds them too
        services.TryAddSingleton<RowSources>();
        services.TryAddSingleton<DatabaseTables>();
        return services
            .AddSingleton<LoadedPackages>()
            .AddSingleton<LiveDeployments>()
            .AddSingleton<WarmUp>()
            .AddSingleton(options ?? new ServingOptions())
            .AddSingleton(new Congestion(alwaysIn: 2 * Environment.ProcessorCount))
            .AddSingleton<Admission>()
            .AddSingleton<PredictionLog>()
            .AddSingleton(provider => new Predictions(
                provider.GetRequiredService<LogDatabase>(), provider.GetRequiredService<SegmentReader>(), provider.GetRequiredService<PredictionLog>(), provider.GetRequiredService<PersonalData>()))
            .AddSingleton<SegmentReader>().AddSingleton<PredictionSearch>().AddSingleton<LogRelation>().AddSingleton<LogQuery>()
            .AddSingleton(new SealerOptions()).AddSingleton<Sealer>().AddSingleton<Retention>().AddHostedService<LogUpkeep>()
            .AddSingleton(provider => new BlobNames(SegmentNames, (digests, cancellation) =>
                provider.GetRequiredService<LogDatabase>().Read(transaction => BlobNames.InColumn(transaction, "prediction_segments", "blob", digests), cancellation)))
            .AddSingleton(provider => new PackageNames("predictions", async (workspace, digests, cancellation) =>
            {
                // What serves may answer before the log names it.
                var loaded = provider.GetRequiredService<LoadedPackages>().Among(workspace, digests);
                var logged = await provider.GetRequiredService<LogDatabase>().Read(transaction => LogSource.PackagesAmong(transaction, workspace, digests), cancellation);
                return [.. loaded, .. logged];
            }))
            .AddSingleton<EntityKeys>().AddSingleton<PersonalData>()
            .AddSingleton(provider => new Replays(
                provider.GetRequiredService<Predictions>(), provider.GetRequiredService<ModelPackages>(), provider.GetRequiredService<LoadedPackages>(),
                provider.GetRequiredService<Models>(), provider.GetRequiredService<Runs>()))
            .AddSingleton(provider => new RetroactiveShadow(
                provider.GetRequiredService<Predictions>(), provider.GetRequiredService<LiveDeployments>(), provider.GetRequiredService<Models>(), provider.GetRequiredService<LoadedPackages>(),
                provider.GetRequiredService<Outcomes>(), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new Deployments(
                provider.GetRequiredService<Database>(), provider.GetRequiredService<LiveDeployments>(), provider.GetRequiredService<LoadedPackages>(), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new BatchScoring(
                provider.GetRequiredService<LiveDeployments>(), provider.GetRequiredService<Models>(), provider.GetRequiredService<LoadedPackages>(),
                provider.GetRequiredService<RowSources>(), provider.GetRequiredService<Analytics>(), provider.GetRequiredService<DatabaseTables>(),
                provider.GetRequiredService<BatchLog>(), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<BatchLog>()
            .AddSingleton<ShadowQueue>()
            .AddSingleton<AnswerPath>()
            .AddSingleton<LiveStreams>().AddSingleton<SeenMessages>().AddSingleton<StreamScoring>()
            .AddHostedService<ChampionFollower>()
            .AddHostedService<TrafficWatch>()
            .AddHostedService<CanaryWatch>() // before the queue, so that it stops after what waits there was compared
            .AddHostedService(provider => provider.GetRequiredService<ShadowQueue>())
            .AddHostedService<StreamRunner>() // after those: it needs what serves
            .AddSingleton<LogKeys>()
            .AddSingleton<OutcomeMatch>()
            .AddSingleton<OutcomeIntake>()
            .AddSingleton<CountedHours>().AddSingleton<OutcomeSummary>().AddSingleton<KeptSummaries>()
            .AddSingleton(provider => new Outcomes(provider.GetRequiredService<LogDatabase>(), provider.GetRequiredService<OutcomeMatch>(), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new OutcomeFiles(
                provider.GetRequiredService<LiveDeployments>(), provider.GetRequiredService<OutcomeIntake>(), provider.GetRequiredService<RowSources>(), provider.GetRequiredService<Analytics>(),
                provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<OutcomeRematch>()
            .AddHostedService(provider => provider.GetRequiredService<OutcomeRematch>());
    }

    public static IEndpointRouteBuilder MapServing(this IEndpointRouteBuilder routes)
    {
        ListDeployments.Map(routes);
        GetModelMemory.Map(routes);
        GetDeployment.Map(routes);
        ChangeSettings.Map(routes);
        ListVariants.Map(routes);
        CompareLogged.Map(routes);
        GetTraffic.Map(routes);
        PutVariant.Map(routes);
        RemoveVariant.Map(routes);
        StartCanary.Map(routes);
        GetCanary.Map(routes);
        ListCanaries.Map(routes);
        AbortCanary.Map(routes);
        Predict.Map(routes);
        PredictDefault.Map(routes);
        WhatIf.Map(routes);
        GetPrediction.Map(routes);
        EraseEntity.Map(routes);
        ReplayPrediction.Map(routes);
        ExplainPrediction.Map(routes);
        ListPredictions.Map(routes);
        ListSegments.Map(routes);
        ExportPredictions.Map(routes);
        QueryPredictions.Map(routes);
        Invoke.Map(routes);
        Ping.Map(routes);
        Infer.Map(routes);
        DescribeInference.Map(routes);
        InferenceHealth.Map(routes);
        PutStream.Map(routes);
        GetStream.Map(routes);
        ListStreams.Map(routes);
        DeleteStream.Map(routes);
        RecordOutcomes.Map(routes);
        ImportOutcomes.Map(routes);
        ListOutcomes.Map(routes);
        ListPredictionOutcomes.Map(routes);
        SummarizeOutcomes.Map(routes);
        return routes;
    }
}

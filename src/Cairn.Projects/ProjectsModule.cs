using Cairn.Flows;
using Cairn.Projects.Batches;
using Cairn.Projects.Files;
using Cairn.Projects.Imports;
using Cairn.Projects.Initializing;
using Cairn.Projects.Lifecycle;
using Cairn.Projects.Planning;
using Cairn.Projects.Purging;
using Cairn.Projects.Retrospect;
using Cairn.Projects.Revisions;
using Cairn.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Cairn.Projects;

/// <summary>cairn.yaml and the lifecycle of one use case.</summary>
public static class ProjectsModule
{
    public static IServiceCollection AddProjects(this IServiceCollection services, ProjectsOptions? options = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton(options ?? new ProjectsOptions())
            .AddSingleton<ProjectTables>().AddSingleton<ProjectRevisions>().AddSingleton<ProjectReader>().AddSingleton<ProjectView>().AddSingleton<Planner>()
            .AddSingleton<Workbench>().AddSingleton<TakeSnapshot>().AddSingleton<PrepareTraining>().AddSingleton<TrainAlgorithm>().AddSingleton<EvaluateCandidate>()
            .AddSingleton<RegisterVersion>().AddSingleton<AskGates>().AddSingleton<PromoteVersion>().AddSingleton<DeployChampion>().AddSingleton<LifecycleFlow>()
            .AddSingleton<BatchSources>().AddSingleton<BatchTargets>().AddSingleton<StartBatch>().AddSingleton<BatchFlow>()
            .AddSingleton<Period>().AddSingleton<StartReplay>().AddSingleton<ReplayFlow>().AddSingleton<StartShadow>().AddSingleton<ShadowFlow>()
            .AddSingleton(provider => new BlobNames("revisions", (digests, cancellation) =>
                provider.GetRequiredService<Database>().Read(transaction => BlobNames.InTexts(transaction, "project_revisions", "files", digests), cancellation)))
            .AddSingleton<StartPurge>().AddSingleton<PurgeFlow>().AddHostedService<BinUpkeep>()
            .AddSingleton<StartMlflowImport>().AddSingleton<MlflowImportFlow>()
            .AddSingleton<SentFiles>().AddSingleton<OutcomeImportFlow>()
            .AddHostedService<EndAbandonedRuns>();
    }

    /// <summary>Maps the routes and teaches the engine the flows.</summary>
    public static IEndpointRouteBuilder MapProjects(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        InitProject.Map(routes);
        PlanProject.Map(routes);
        RunProject.Map(routes);
        ListProjects.Map(routes);
        GetProject.Map(routes);
        ListProjectRevisions.Map(routes);
        GetProjectFiles.Map(routes);
        StartBatch.Map(routes);
        StartReplay.Map(routes);
        StartShadow.Map(routes);
        StartMlflowImport.Map(routes);
        StartOutcomeImport.Map(routes);
        StartPurge.Map(routes);

        var flows = routes.ServiceProvider.GetRequiredService<FlowRuns>();
        flows.Register(LifecycleParameters.Flow, parameters => routes.ServiceProvider.GetRequiredService<LifecycleFlow>().Build(LifecycleParameters.Read(parameters)));
        flows.Register(BatchParameters.Flow, parameters => routes.ServiceProvider.GetRequiredService<BatchFlow>().Build(BatchParameters.Read(parameters)));
        flows.Register(ReplayParameters.Flow, parameters => routes.ServiceProvider.GetRequiredService<ReplayFlow>().Build(ReplayParameters.Read(parameters)));
        flows.Register(ShadowParameters.Flow, parameters => routes.ServiceProvider.GetRequiredService<ShadowFlow>().Build(ShadowParameters.Read(parameters)));
        flows.Register(OutcomeImportParameters.Flow, parameters => routes.ServiceProvider.GetRequiredService<OutcomeImportFlow>().Build(OutcomeImportParameters.Read(parameters)));
        flows.Register(MlflowImportParameters.Flow, parameters => routes.ServiceProvider.GetRequiredService<MlflowImportFlow>().Build(MlflowImportParameters.Read(parameters)));
        flows.Register(PurgeParameters.Flow, parameters => routes.ServiceProvider.GetRequiredService<PurgeFlow>().Build(PurgeParameters.Read(parameters)));
        return routes;
    }
}

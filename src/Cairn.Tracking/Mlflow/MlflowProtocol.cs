using Cairn.Access;
using Cairn.Storage;
using Cairn.Tracking.Mlflow.Experiments;
using Cairn.Tracking.Mlflow.Artifacts;
using Cairn.Tracking.Mlflow.LoggedModels;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Mlflow.Registry;
using Cairn.Tracking.Mlflow.RunRecords;
using Cairn.Tracking.Mlflow.Uploads;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cairn.Tracking.Mlflow;

/// <summary>The tracking protocol of MLflow: an unmodified client works with <c>MLFLOW_TRACKING_URI</c> set to this server.</summary>
internal static class MlflowProtocol
{
    /// <value>The MLflow whose protocol it is: clients compare it with what they need.</value>
    private const string Version = "3.6.0";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/version", () => Plain(Version)).Anonymous().ExcludeFromDescription();
        routes.MapGet("/health", () => Plain("OK")).Anonymous().ExcludeFromDescription();
        var services = routes.ServiceProvider;
        var calls = new MlflowRoutes(routes, new(() => new(
            services.GetRequiredService<Database>(), services.GetRequiredService<IBlobStore>(), services.GetRequiredService<UploadParts>(), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<Cairn.Tracking.Experiments.DefaultExperiment>())));

        CreateExperiment.Map(calls);
        GetExperiment.Map(calls);
        ChangeExperiment.Map(calls);
        TagExperiment.Map(calls);
        SearchExperiments.Map(calls);
        SearchDatasets.Map(calls);

        CreateRun.Map(calls);
        GetRun.Map(calls);
        UpdateRun.Map(calls);
        DeleteRun.Map(calls);
        LogMetric.Map(calls);
        LogParam.Map(calls);
        TagRun.Map(calls);
        LogBatch.Map(calls);
        LogInputs.Map(calls);
        LogModel.Map(calls);
        SearchRuns.Map(calls);
        MetricHistory.Map(calls);
        MetricHistories.Map(calls);

        CreateModel.Map(calls);
        GetModel.Map(calls);
        ChangeModel.Map(calls);
        TagModel.Map(calls);
        ModelAlias.Map(calls);
        CreateVersion.Map(calls);
        GetVersion.Map(calls);
        ChangeVersion.Map(calls);
        SearchModels.Map(calls);

        CreateLoggedModel.Map(calls);
        ChangeLoggedModel.Map(calls);
        SearchLoggedModels.Map(calls);

        ListArtifacts.Map(calls);
        ArtifactProxy.Map(calls);
        GetArtifact.Map(calls);
        UploadArtifact.Map(calls);

        StartUpload.Map(calls);
        PutPart.Map(calls);
        CompleteUpload.Map(calls, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        AbortUpload.Map(calls);

        calls.MapRest();
    }

    private static ContentHttpResult Plain(string text) => TypedResults.Text(text, "text/plain");
}

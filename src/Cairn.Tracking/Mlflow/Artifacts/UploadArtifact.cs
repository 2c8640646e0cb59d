using Cairn.Access;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Mlflow.RunRecords;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cairn.Tracking.Mlflow.Artifacts;

/// <summary>POST upload-artifact?run_uuid=&amp;path=: a small file, as MLflow's pages send it.</summary>
internal static class UploadArtifact
{
    private const long Largest = 10 << 20;

    public static void Map(MlflowRoutes routes) => routes.Stream("POST", "mlflow/upload-artifact", Permission.RunsWrite, Handle);

    private static async Task Handle(HttpContext context, MlflowCall call)
    {
        var (run, path) = (context.Request.Query["run_uuid"].ToString(), context.Request.Query["path"].ToString());
        if (run.Length == 0) throw MlflowException.Invalid("Request must specify run_uuid.");
        if (path.Length == 0) throw MlflowException.Invalid("Request must specify path.");
        ArtifactAddress.Safe(path);
        if (context.Request.ContentLength == 0) throw MlflowException.Invalid("Request must specify data.");
        if (context.Request.ContentLength > Largest) throw MlflowException.Invalid("Artifact size is too large. Max size is 10MB.");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = Largest; // who does not say how much comes

        var experiment = await call.Query(transaction => RunForChange.RequireActive(transaction, call.Workspace, run).ExperimentId);
        await StoreArtifact.Store(call, new ArtifactAddress(experiment, run, ArtifactAddress.Kind.Run, path), context.Request.Body);
    }
}

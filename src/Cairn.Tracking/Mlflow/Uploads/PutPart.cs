using System.Globalization;
using Cairn.Access;
using Cairn.Tracking.Mlflow.Protocol;
using Microsoft.AspNetCore.Http;

namespace Cairn.Tracking.Mlflow.Uploads;

/// <summary>PUT mlflow-artifacts/mpu/parts/{upload}/{number}: one part, durable when it is answered; the ETag says what came.</summary>
internal static class PutPart
{
    public static void Map(MlflowRoutes routes) => routes.Stream("PUT", "mlflow-artifacts/mpu/parts/{upload}/{number}", Permission.RunsWrite, Handle);

    private static async Task Handle(HttpContext context, MlflowCall call)
    {
        var upload = await Open(call, call.Route("upload"));
        if (!int.TryParse(call.Route("number"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1 || number > upload.Parts)
            throw MlflowException.Invalid($"The upload has the parts 1 to {upload.Parts}, and no part '{call.Route("number")}'.");

        var part = await call.Store.Parts.Write(upload.UploadId, number, context.Request.Body, call.Cancellation);
        try
        {
            await Open(call, upload.UploadId);
        }
        catch (MlflowException)
        {
            call.Store.Parts.Remove(upload.UploadId); // aborted meanwhile: nobody would come for it
            throw;
        }

        if (part is not { } written) throw MlflowException.Missing($"The upload '{upload.UploadId}' was removed while part {number} came. Start another one.");
        context.Response.Headers.ETag = $"\"{written.Digest.Hex}\"";
        await call.Reply();
    }

    private static Task<ArtifactUpload> Open(MlflowCall call, string id) => call.Query(transaction =>
    {
        var upload = ArtifactUpload.Require(transaction, call.Workspace, id);
        return upload.CompletedAt is null ? upload : throw MlflowException.Invalid($"The upload '{id}' is complete and takes no more parts.");
    });
}

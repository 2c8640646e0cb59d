using Cairn.Access;
using Cairn.Tracking.Mlflow.Protocol;

namespace Cairn.Tracking.Mlflow.Uploads;

/// <summary>POST mlflow-artifacts/mpu/abort/{folder}: the parts are forgotten. What was completed stays.</summary>
internal static class AbortUpload
{
    public static void Map(MlflowRoutes routes) => routes.Upload("abort/{**path}", Permission.RunsWrite, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "path", "upload_id");
        var (address, id) = (ArtifactUpload.AddressOf(call, fields[0]), fields[1]);
        await call.Write(transaction =>
        {
            ArtifactUpload.Require(transaction, call.Workspace, id, address);
            ArtifactUpload.Delete(transaction, call.Workspace, id);
            return true;
        });
        call.Store.Parts.Remove(id);
        await call.Reply();
    }
}

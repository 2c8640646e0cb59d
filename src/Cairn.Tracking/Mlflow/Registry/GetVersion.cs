using Cairn.Access;
using Cairn.Tracking.Mlflow.Protocol;

namespace Cairn.Tracking.Mlflow.Registry;

/// <summary>GET model-versions/get and model-versions/get-download-uri: the place of its files.</summary>
internal static class GetVersion
{
    public static void Map(MlflowRoutes routes)
    {
        routes.Get("model-versions/get", Permission.ModelsRead, Get);
        routes.Get("model-versions/get-download-uri", Permission.ModelsRead, GetSource);
    }

    private static async Task Get(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "name", "version");
        var number = VersionJson.Number(fields[1]);
        await VersionJson.Reply(call, await call.Query(transaction => VersionJson.Shown(transaction, call.Workspace, fields[0], number)));
    }

    private static async Task GetSource(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "name", "version");
        var number = VersionJson.Number(fields[1]);
        var found = await call.Query(transaction =>
            VersionSource.Resolve(transaction, call.Workspace, VersionJson.Require(transaction, call.Workspace, fields[0], number).Source));
        await call.Reply(found, static (json, source) =>
        {
            json.WriteStartObject();
            json.WriteString("artifact_uri"u8, source);
            json.WriteEndObject();
        });
    }
}

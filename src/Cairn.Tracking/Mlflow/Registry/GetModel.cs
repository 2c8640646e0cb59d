using Cairn.Access;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Registry;

namespace Cairn.Tracking.Mlflow.Registry;

/// <summary>GET registered-models/get; POST or GET registered-models/get-latest-versions: the newest version of each stage, or of those asked.</summary>
internal static class GetModel
{
    public static void Map(MlflowRoutes routes)
    {
        routes.Get("registered-models/get", Permission.ModelsRead, Get);
        routes.Search("registered-models/get-latest-versions", Permission.ModelsRead, Latest);
    }

    private static async Task Get(MlflowCall call)
    {
        var name = FieldsOf.Text(call, "name");
        await ModelJson.Reply(call, await call.Query(transaction => ModelJson.Shown(transaction, call.Workspace, name)));
    }

    private static async Task Latest(MlflowCall call)
    {
        var (name, asked) = call.Read(static (ref ProtoReader reader) =>
        {
            string? name = null;
            IReadOnlyList<string> stages = [];
            while (reader.Next())
            {
                if (reader.Is("name"u8)) name = reader.Text("name");
                else if (reader.Is("stages"u8)) stages = reader.Texts("stages");
                else reader.Skip();
            }

            return (name, stages);
        });
        if (string.IsNullOrEmpty(name)) throw MlflowException.Required("name");
        var stages = asked.Select(StageOf).ToHashSet(StringComparer.Ordinal);
        var shown = await call.Query(transaction => ModelJson.Shown(transaction, call.Workspace, name));
        await call.Reply(shown.Latest.Where(version => stages.Count == 0 || stages.Contains(version.Version.Stage)).ToList(), static (json, versions) =>
        {
            json.WriteStartObject();
            VersionJson.WriteList(json, "model_versions"u8, versions);
            json.WriteEndObject();
        });
    }

    public static string StageOf(string text) =>
        Stage.Find(text) ?? throw MlflowException.Invalid($"Invalid Model Version stage: {text}. Value must be one of {string.Join(", ", Stage.All)}.");
}

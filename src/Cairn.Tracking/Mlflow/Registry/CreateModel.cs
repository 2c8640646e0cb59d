using Cairn.Access;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Naming;
using Cairn.Tracking.Registry;

namespace Cairn.Tracking.Mlflow.Registry;

/// <summary>POST registered-models/create. A name that would not go into <c>models:/NAME</c> is refused here, as MLflow's own client refuses it.</summary>
internal static class CreateModel
{
    public static void Map(MlflowRoutes routes) => routes.Change("POST", "registered-models/create", Permission.ModelsWrite, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var (name, description, given) = call.Read(static (ref ProtoReader reader) =>
        {
            string? name = null, description = null;
            List<KeyValuePair<string, string>> tags = [];
            while (reader.Next())
            {
                if (reader.Is("name"u8)) name = reader.Text("name");
                else if (reader.Is("description"u8)) description = reader.Text("description");
                else if (reader.Is("tags"u8)) tags = TagJson.Read(ref reader, "tags");
                else reader.Skip();
            }

            return (name, description ?? "", tags);
        });
        if (string.IsNullOrEmpty(name)) throw MlflowException.Required("name");
        if (Names.Model(name) is { } bad) throw MlflowException.Of(bad);
        if (description.Length > DescribeModel.Longest) throw MlflowException.TooLong("description", DescribeModel.Longest);
        var tags = TagJson.Checked(given, Registration.LongestTag);

        var now = call.Store.Now;
        var made = await call.Write(transaction =>
        {
            var rows = transaction.Execute(
                """
                INSERT INTO registered_models (workspace_id, name, description, created_at, updated_at) VALUES (@workspace, @name, @description, @now, @now)
                ON CONFLICT DO NOTHING
                """,
                new { workspace = call.Workspace.Value, name, description, now });
            if (rows == 0) throw MlflowException.Exists($"Registered Model (name={name}) already exists.");
            ModelTable.PutTags(transaction, call.Workspace, name, tags);
            transaction.Write(call.Caller, "model.create", $"models/{name}", Detail.Of(new { description, tags }));
            return ModelJson.Shown(transaction, call.Workspace, name);
        });
        await ModelJson.Reply(call, made);
    }
}

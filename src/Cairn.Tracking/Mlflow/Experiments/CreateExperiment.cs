using Cairn.Access;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Naming;

namespace Cairn.Tracking.Mlflow.Experiments;

/// <summary>POST experiments/create</summary>
internal static class CreateExperiment
{
    private const int LongestName = 500, LongestTag = 5000;

    public static void Map(MlflowRoutes routes) => routes.Change("POST", "experiments/create", Permission.RunsWrite, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var (name, location, given) = call.Read(static (ref ProtoReader reader) =>
        {
            string? name = null, location = null;
            List<KeyValuePair<string, string>> tags = [];
            while (reader.Next())
            {
                if (reader.Is("name"u8)) name = reader.Text("name");
                else if (reader.Is("artifact_location"u8)) location = reader.Text("artifact_location");
                else if (reader.Is("tags"u8)) tags = TagJson.Read(ref reader, "tags");
                else reader.Skip();
            }

            return (name, location ?? "", tags);
        });
        if (string.IsNullOrEmpty(name)) throw MlflowException.Required("name");
        if (name.Length > LongestName) throw MlflowException.TooLong("name", LongestName);
        if (Names.Experiment(name) is { } bad) throw MlflowException.Of(bad);
        var place = location.Length == 0 ? default : ArtifactLocation.Read(location);
        if (place.Refusal is { } badPlace) throw MlflowException.Of(badPlace);
        var tags = TagJson.Checked(given, LongestTag);

        await call.Store.Defaults.Ensure(call.Workspace, call.Cancellation);
        var now = call.Store.Now;
        var made = await call.Write(transaction =>
        {
            var experiment = ExperimentTable.Insert(transaction, call.Workspace, name, tags, now, id => location.Length == 0 ? call.Store.Defaults.PlaceOf(id) : place.Value)
                ?? throw MlflowException.Exists($"Experiment(name={name}) already exists.{(ExperimentTable.FindByName(transaction, call.Workspace, name) is { IsDeleted: true } ? " It is deleted: restore it, or choose another name." : "")}");
            transaction.Write(call.Caller, "experiment.create", $"experiments/{experiment.Id}", Detail.Of(new { name }));
            return experiment.Id;
        });
        await call.Reply(made, static (json, id) =>
        {
            json.WriteStartObject();
            json.WriteString("experiment_id"u8, id);
            json.WriteEndObject();
        });
    }
}

using Cairn.Access;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Naming;

namespace Cairn.Tracking.Mlflow.Experiments;

/// <summary>POST experiments/create</summary>
internal static class CreateExperiment
{
    private const int LongestName = 500, LongestTag = 5000, LongestLocation = 2048;

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
        CheckLocation(location);
        var tags = TagJson.Checked(given, LongestTag);

        await call.Store.Defaults.Ensure(call.Workspace, call.Cancellation);
        var now = call.Store.Now;
        var made = await call.Write(transaction =>
        {
            var experiment = ExperimentTable.Insert(transaction, call.Workspace, name, tags, now, location)
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

    private static void CheckLocation(string location)
    {
        if (location.Length == 0) return;
        if (location.Length > LongestLocation) throw MlflowException.Invalid($"Invalid artifact path length. The length of the artifact path cannot be greater than {LongestLocation}.");
        if (location.Any(char.IsControl)) throw MlflowException.Invalid("'artifact_location' holds a control character.");
        if (location.Contains('#', StringComparison.Ordinal) || location.Contains(';', StringComparison.Ordinal))
            throw MlflowException.Invalid("'artifact_location' URL can't include fragments or params.");
        if (location.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query && Uri.UnescapeDataString(location[query..]).Contains("..", StringComparison.Ordinal))
            throw MlflowException.Invalid("Invalid query string: it holds '..'.");
        if (location.StartsWith("runs:", StringComparison.OrdinalIgnoreCase)) throw MlflowException.Invalid($"Artifact locations cannot be a runs:/ URI. Given: '{location}'");
    }
}

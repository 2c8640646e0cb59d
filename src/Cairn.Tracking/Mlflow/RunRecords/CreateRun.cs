using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Mlflow.Experiments;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Naming;
using Cairn.Tracking.RunRecords;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>POST runs/create</summary>
internal static class CreateRun
{
    public static void Map(MlflowRoutes routes) => routes.Change("POST", "runs/create", Permission.RunsWrite, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var request = call.Read(Request.Read);
        if (string.IsNullOrEmpty(request.Experiment)) throw MlflowException.Required("experiment_id");
        var tags = LoggedText.Tags(request.Tags);
        var tagged = tags.GetValueOrDefault(RunName.Tag);
        if (!string.IsNullOrEmpty(request.Name) && !string.IsNullOrEmpty(tagged) && request.Name != tagged)
            throw MlflowException.Invalid($"Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='{request.Name}', mlflow.runName='{tagged}').");

        var name = !string.IsNullOrEmpty(request.Name) ? request.Name : !string.IsNullOrEmpty(tagged) ? tagged : RunName.Make();
        if (Names.Run(name) is { } bad) throw MlflowException.Of(bad);
        tags[RunName.Tag] = name;

        await call.Store.Defaults.Ensure(call.Workspace, call.Cancellation);
        var runId = Uuid7.New(call.Store.Clock);
        var startedAt = request.StartTime is { } milliseconds ? LoggedText.Micros(milliseconds, "start_time") : call.Store.Now;
        var made = await call.Write(transaction =>
        {
            var experiment = ExperimentJson.RequireActive(transaction, call.Workspace, request.Experiment);
            var run = new Run { RunId = runId, ExperimentId = experiment.ExperimentId, Name = name, UserName = request.User ?? "", StartedAt = startedAt };
            RunTable.Insert(transaction, call.Workspace, run, tags);
            transaction.Write(call.Caller, "run.create", $"runs/{runId}", Detail.Of(new { name, experiment = experiment.Id }));
            transaction.Emit(new NewEvent(call.Workspace, "run.started", $"runs/{runId}", Detail.Of(new { run = runId, name, experiment = experiment.Id })));
            return new ShownRun(run, experiment.Location()) { Tags = tags, IsNew = true };
        });
        await call.Reply(made, static (json, run) => RunReply.Write(json, run));
    }

    private sealed record Request(string? Experiment, string? User, string? Name, long? StartTime, List<KeyValuePair<string, string>> Tags)
    {
        public static Request Read(ref ProtoReader reader)
        {
            string? experiment = null, user = null, name = null;
            long? start = null;
            List<KeyValuePair<string, string>> tags = [];
            while (reader.Next())
            {
                if (reader.Is("experiment_id"u8)) experiment = reader.Text("experiment_id");
                else if (reader.Is("user_id"u8)) user = reader.Text("user_id");
                else if (reader.Is("run_name"u8)) name = reader.Text("run_name");
                else if (reader.Is("start_time"u8)) start = reader.Whole("start_time");
                else if (reader.Is("tags"u8)) tags = TagJson.Read(ref reader, "tags");
                else reader.Skip();
            }

            return new(experiment, user, name, start, tags);
        }
    }
}

internal static class RunReply
{
    public static void Write(System.Text.Json.Utf8JsonWriter json, ShownRun run)
    {
        json.WriteStartObject();
        json.WritePropertyName("run"u8);
        run.Write(json);
        json.WriteEndObject();
    }
}

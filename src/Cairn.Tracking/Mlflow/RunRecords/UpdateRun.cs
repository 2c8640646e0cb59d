using Cairn.Access;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Naming;
using Cairn.Tracking.RunRecords;
using Change = Cairn.Client.Wire.UpdateRun;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>POST runs/update: status, end and name; a status that is none is passed over, as in MLflow.</summary>
internal static class UpdateRun
{
    private static readonly string[] _statuses = ["", "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"];

    public static void Map(MlflowRoutes routes) => routes.Change("POST", "runs/update", Permission.RunsWrite, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var (runId, change) = call.Read(static (ref ProtoReader reader) =>
        {
            string? id = null, status = null, name = null;
            long? end = null;
            while (reader.Next())
            {
                if (reader.Is("run_id"u8) || reader.Is("run_uuid"u8)) id = reader.Text("run_id") ?? id;
                else if (reader.Is("status"u8)) status = reader.Enum("status");
                else if (reader.Is("end_time"u8)) end = reader.Whole("end_time");
                else if (reader.Is("run_name"u8)) name = reader.Text("run_name");
                else reader.Skip();
            }

            return (id, new Change(Known(status), end is { } time ? LoggedText.Micros(time, "end_time") : null, string.IsNullOrEmpty(name) ? null : name));
        });
        if (string.IsNullOrEmpty(runId)) throw MlflowException.Required("run_id");
        if (change.Name is { } given && Names.Run(given) is { } bad) throw MlflowException.Of(bad);

        var now = call.Store.Now;
        var shown = await call.Write(transaction =>
        {
            var run = RunForChange.RequireActive(transaction, call.Workspace, runId);
            RunChange.Write(transaction, call.Caller, run, change, now);
            return ShownRun.Load(transaction, call.Workspace, [RunForChange.Require(transaction, call.Workspace, runId)])[0];
        });
        await call.Reply(shown, static (json, run) =>
        {
            json.WriteStartObject();
            json.WritePropertyName("run_info"u8);
            run.WriteInfo(json);
            json.WriteEndObject();
        });
    }

    private static string? Known(string? status)
    {
        var at = Array.IndexOf(_statuses, status);
        if (at < 1 && (!int.TryParse(status, out at) || at < 1 || at >= _statuses.Length)) return null;
        return _statuses[at].ToLowerInvariant();
    }
}

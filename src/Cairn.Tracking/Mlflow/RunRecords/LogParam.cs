using Cairn.Access;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.RunRecords;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>POST runs/log-parameter: the first value stays.</summary>
internal static class LogParam
{
    public static void Map(MlflowRoutes routes) => routes.Log("runs/log-parameter", Permission.RunsWrite, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var (runId, key, value) = RunText.Read(call);
        KeyRule.Check(key, "key", "key");
        var given = new Dictionary<string, string>(StringComparer.Ordinal) { [key] = LoggedText.Param(value) };
        await call.Write(transaction =>
        {
            var run = RunForChange.RequireActive(transaction, call.Workspace, runId);
            return RunLog.WriteParams(transaction, call.Workspace, run, given) is [var change, ..]
                ? throw MlflowException.Invalid($"Changing param values is not allowed. Param with key='{key}' was already logged with value='{change.Old}' for run ID='{runId}'. Attempted logging new value '{change.New}'.")
                : true;
        });
        await call.Reply();
    }
}

/// <summary>A run, a key and a value.</summary>
internal static class RunText
{
    public static (string Run, string Key, string Value) Read(MlflowCall call)
    {
        var (run, key, value) = call.Read(static (ref ProtoReader reader) =>
        {
            string? run = null, key = null, value = null;
            while (reader.Next())
            {
                if (reader.Is("run_id"u8)) run = reader.Text("run_id") ?? run;
                else if (reader.Is("run_uuid"u8)) run ??= reader.Text("run_uuid");
                else if (reader.Is("key"u8)) key = reader.Text("key");
                else if (reader.Is("value"u8)) value = reader.Text("value");
                else reader.Skip();
            }

            return (run, key, value);
        });
        if (string.IsNullOrEmpty(run)) throw MlflowException.Required("run_id");
        if (string.IsNullOrEmpty(key)) throw MlflowException.Required("key");
        return (run, key, value ?? "");
    }
}

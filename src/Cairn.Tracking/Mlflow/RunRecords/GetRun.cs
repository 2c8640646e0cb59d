using Cairn.Access;
using Cairn.Tracking.Mlflow.Protocol;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>GET runs/get: deleted ones too.</summary>
internal static class GetRun
{
    public static void Map(MlflowRoutes routes) => routes.Get("runs/get", Permission.RunsRead, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var runId = FieldsOf.RunId(call);
        var shown = await call.Query(transaction => ShownRun.Load(transaction, call.Workspace, [RunForChange.Require(transaction, call.Workspace, runId)])[0]);
        await call.Reply(shown, static (json, run) => RunReply.Write(json, run));
    }
}

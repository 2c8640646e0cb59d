using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Naming;

namespace Cairn.Tracking.Registry;

/// <summary>What the gates said of a version. Only Cairn's own gates write here: there is no endpoint for it.</summary>
internal static class Verdicts
{
    public static Refusal? Check(GateVerdictWire verdict) => verdict.Verdict is "passed" or "refused" or "no_signal"
        ? Names.Value("registry.verdict-invalid", "The summary of the verdict", verdict.Summary, 10_000)
        : new Refusal.Invalid("registry.verdict-invalid", $"'{verdict.Verdict}' is no verdict; there are passed, refused and no_signal.");

    public static Answer<Done> Write(WriteTransaction transaction, Caller caller, string model, long version, GateVerdictWire verdict, long now)
    {
        if (ModelTable.RequireForChange(transaction, caller.Workspace, model, now).Refusal is { } noModel) return noModel;
        if (VersionTable.Require(transaction, caller.Workspace, model, version).Refusal is { } unknown) return unknown;

        transaction.Execute(
            """
            INSERT INTO gate_verdicts (workspace_id, model, version, sequence, verdict, summary, checks, decided_at)
            SELECT @workspace, @model, @version, COALESCE(MAX(sequence), 0) + 1, @Verdict, @Summary, @checks, @DecidedAt
            FROM gate_verdicts WHERE workspace_id = @workspace AND model = @model AND version = @version
            """,
            new
            {
                workspace = caller.Workspace.Value, model, version, verdict.Verdict, verdict.Summary, verdict.DecidedAt,
                checks = JsonSerializer.Serialize(verdict.Checks, CairnJson.Options),
            });
        transaction.Write(caller, "model.verdict", $"models/{model}/versions/{version}", Detail.Of(new { verdict.Verdict, verdict.Summary }));
        return default(Done);
    }
}

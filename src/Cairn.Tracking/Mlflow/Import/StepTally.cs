using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Tracking.Mlflow.Import;

/// <summary>A row of <c>mlflow_imports</c>: how far one step of an import is, and what it met.</summary>
internal sealed class StepTally
{
    private const int MostRemarks = 100;

    public string Step { get; init; } = "";

    /// <value>The last row of the store that was taken. The first may be 0: the id of an experiment is the number of its row.</value>
    public long Position { get; set; } = long.MinValue;

    public long Taken { get; set; }

    public long Here { get; set; }

    public long Refused { get; set; }

    public string Remarks { get; set; } = "[]";

    /// <summary>It cannot be taken.</summary>
    public void Refuse(string kind, string subject, string reason)
    {
        Refused++;
        Add(new(kind, subject, reason, Refused: true));
    }

    /// <summary>It is otherwise here than there.</summary>
    public void Note(string kind, string subject, string reason) => Add(new(kind, subject, reason, Refused: false));

    public IReadOnlyList<ImportRemarkWire> ReadRemarks() => JsonSerializer.Deserialize<List<ImportRemarkWire>>(Remarks, CairnJson.Options)!;

    public static StepTally Find(ReadTransaction transaction, WorkspaceId workspace, string import, string step) =>
        transaction.First<StepTally>(
            "SELECT step, position, taken, here, refused, remarks FROM mlflow_imports WHERE workspace_id = @workspace AND import_id = @import AND step = @step",
            new { workspace = workspace.Value, import, step }) ?? new StepTally { Step = step };

    public void Save(WriteTransaction transaction, WorkspaceId workspace, string import) => transaction.Execute(
        """
        INSERT INTO mlflow_imports (workspace_id, import_id, step, position, taken, here, refused, remarks) VALUES (@workspace, @import, @Step, @Position, @Taken, @Here, @Refused, @Remarks)
        ON CONFLICT (workspace_id, import_id, step) DO UPDATE
        SET position = excluded.position, taken = excluded.taken, here = excluded.here, refused = excluded.refused, remarks = excluded.remarks
        """,
        new { workspace = workspace.Value, import, Step, Position, Taken, Here, Refused, Remarks });

    private void Add(ImportRemarkWire remark)
    {
        var remarks = ReadRemarks();
        if (remarks.Count < MostRemarks) Remarks = JsonSerializer.Serialize(remarks.Append(remark with { Subject = Printable(remark.Subject) }), CairnJson.Options);
    }

    private static string Printable(string text) => string.Concat((text.Length > 200 ? text[..200] + "…" : text).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c));
}

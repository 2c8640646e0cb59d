using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Serving.Live;

internal sealed record DeploymentRow(WorkspaceId WorkspaceId, string Name, string Model, bool IsDefault, long CreatedAt, string Settings = "{}")
{
    public DeploymentSettings ReadSettings() => JsonSerializer.Deserialize<DeploymentSettings>(Settings, CairnJson.Options)!;
}

internal static class DeploymentTable
{
    public const string Made = "deployment.made", Changed = "deployment.changed";

    private const string Subject = "deployments/";

    private const string Select = "SELECT workspace_id, name, model, is_default, created_at, settings FROM deployments";

    /// <summary>The deployment that an event of this table is about.</summary>
    public static string NameIn(string subject) => subject[Subject.Length..];

    public static IReadOnlyList<DeploymentRow> All(ReadTransaction transaction) => transaction.Query<DeploymentRow>($"{Select} ORDER BY workspace_id, name");

    public static DeploymentRow? Find(ReadTransaction transaction, WorkspaceId workspace, string name) =>
        transaction.First<DeploymentRow>($"{Select} WHERE workspace_id = @workspace AND name = @name", new { workspace, name });

    public static void SaveSettings(WriteTransaction transaction, Caller caller, string name, string settings, string before)
    {
        transaction.Execute("UPDATE deployments SET settings = @settings WHERE workspace_id = @workspace AND name = @name", new { workspace = caller.Workspace, name, settings });
        transaction.Write(caller, "deployment.change", $"deployments/{name}", $$"""{"before": {{before}}, "after": {{settings}}}""");
        transaction.Emit(new(caller.Workspace, Changed, Subject + name, settings));
    }

    public static Answer<DeploymentRow> Ensure(WriteTransaction transaction, Caller caller, string name, string model, long now)
    {
        var workspace = caller.Workspace;
        if (Find(transaction, workspace, name) is { } found)
        {
            return found.Model == model
                ? found
                : new Refusal.Conflict("deployment.model-differs", $"The deployment {name} serves the model {found.Model}, not {model}. Choose another name for the deployment, or name its model {found.Model}.");
        }

        var isFirst = transaction.Scalar<long>("SELECT count(*) FROM deployments WHERE workspace_id = @workspace", new { workspace }) == 0;
        var made = new DeploymentRow(workspace, name, model, isFirst, now);
        transaction.Execute(
            "INSERT INTO deployments (workspace_id, name, model, is_default, created_at) VALUES (@WorkspaceId, @Name, @Model, @IsDefault, @CreatedAt)", made);
        transaction.Write(caller, "deployment.make", $"deployments/{name}");
        transaction.Emit(new(workspace, Made, Subject + name));
        return made;
    }
}

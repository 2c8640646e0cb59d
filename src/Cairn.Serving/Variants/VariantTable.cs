using System.Text.Json;
using Cairn.Client;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Storage;

namespace Cairn.Serving.Variants;

/// <summary>A version beside the champion of a deployment.</summary>
/// <param name="Version">Null: the one that <paramref name="Alias"/> points to.</param>
/// <param name="Shadow">True: scores what others answer, and answers nobody.</param>
/// <param name="Canary">The number of the canary that holds it; what it answers is scored by the champion too.</param>
internal sealed record VariantRow(
    WorkspaceId WorkspaceId, string Deployment, string Name, long? Version, string? Alias, bool Shadow, string Parts, long CreatedAt, long UpdatedAt, long? Canary = null)
{
    public IReadOnlyList<TrafficPart> ReadParts() => TrafficPart.Read(Parts);

    /// <value>Its share of the traffic, in millionths.</value>
    public int Size => ReadParts().Sum(part => part.Size);

    public double Weight => (double)Size / TrafficPart.Whole;
}

internal static class VariantTable
{
    /// <summary>The payload is a <see cref="VariantsChange"/>.</summary>
    public const string Changed = "deployment.variants-changed";

    private const string Select = "SELECT workspace_id, deployment, name, version, alias, shadow, parts, created_at, updated_at, canary FROM deployment_variants";

    public static NewEvent ChangeOf(DeploymentRow deployment) => ChangeOf(deployment.WorkspaceId, deployment.Name, deployment.Model);

    public static NewEvent ChangeOf(WorkspaceId workspace, string deployment, string model, long? cause = null) => new(
        workspace, Changed, $"deployments/{deployment}", JsonSerializer.Serialize(new VariantsChange(deployment, model), CairnJson.Options), cause);

    public static IReadOnlyList<VariantRow> All(ReadTransaction transaction, WorkspaceId workspace) => transaction.Query<VariantRow>(
        $"{Select} WHERE workspace_id = @workspace ORDER BY deployment, name", new { workspace });

    public static IReadOnlyList<VariantRow> Of(ReadTransaction transaction, WorkspaceId workspace, string deployment) => transaction.Query<VariantRow>(
        $"{Select} WHERE workspace_id = @workspace AND deployment = @deployment ORDER BY name", new { workspace, deployment });

    public static void Put(WriteTransaction transaction, VariantRow row) => transaction.Execute(
        """
        INSERT INTO deployment_variants (workspace_id, deployment, name, version, alias, shadow, parts, created_at, updated_at, canary)
        VALUES (@WorkspaceId, @Deployment, @Name, @Version, @Alias, @Shadow, @Parts, @CreatedAt, @UpdatedAt, @Canary)
        ON CONFLICT (workspace_id, deployment, name) DO UPDATE SET
            version = excluded.version, alias = excluded.alias, shadow = excluded.shadow, parts = excluded.parts, updated_at = excluded.updated_at, canary = excluded.canary
        """, row);

    /// <returns>False: there was none.</returns>
    public static bool Remove(WriteTransaction transaction, WorkspaceId workspace, string deployment, string name) => transaction.Execute(
        "DELETE FROM deployment_variants WHERE workspace_id = @workspace AND deployment = @deployment AND name = @name", new { workspace, deployment, name }) > 0;
}

/// <summary>The payload of the event <see cref="VariantTable.Changed"/>.</summary>
internal sealed record VariantsChange(string Deployment, string Model);

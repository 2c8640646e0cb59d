using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Tracking.Registry;

/// <summary>A row of <c>promotions</c>.</summary>
internal sealed record Promotion
{
    public const string Columns = "sequence, version, previous, kind, caller, reason, moved_at";

    public long Sequence { get; init; }

    public long? Version { get; init; }

    public long? Previous { get; init; }

    public string Kind { get; init; } = "";

    public string Caller { get; init; } = "";

    public string Reason { get; init; } = "";

    public long MovedAt { get; init; }

    public PromotionWire ToWire(string model) => new(model, Version, Previous, Kind, Caller, Reason, MovedAt);
}

internal static class PromotionTable
{
    /// <summary>Oldest first.</summary>
    public static IReadOnlyList<Promotion> All(ReadTransaction transaction, WorkspaceId workspace, string model) => transaction.Query<Promotion>(
        $"SELECT {Promotion.Columns} FROM promotions WHERE workspace_id = @workspace AND model = @model ORDER BY sequence", new { workspace = workspace.Value, model });

    public static Promotion? Last(ReadTransaction transaction, WorkspaceId workspace, string model) => transaction.First<Promotion>(
        $"SELECT {Promotion.Columns} FROM promotions WHERE workspace_id = @workspace AND model = @model ORDER BY sequence DESC LIMIT 1",
        new { workspace = workspace.Value, model });

    /// <summary>Called with the model's row held for change. Should the clock have gone back, the move still comes after the one before it.</summary>
    public static PromotionWire Insert(WriteTransaction transaction, WorkspaceId workspace, PromotionWire move)
    {
        var last = Last(transaction, workspace, move.Model);
        var dated = move with { Time = Math.Max(move.Time, (last?.MovedAt ?? long.MinValue) + 1) };
        transaction.Execute(
            """
            INSERT INTO promotions (workspace_id, model, sequence, version, previous, kind, caller, reason, moved_at)
            VALUES (@workspace, @Model, @sequence, @Version, @Previous, @Kind, @Caller, @Reason, @Time)
            """,
            new { workspace = workspace.Value, sequence = (last?.Sequence ?? 0) + 1, dated.Model, dated.Version, dated.Previous, dated.Kind, dated.Caller, dated.Reason, dated.Time });
        return dated;
    }
}

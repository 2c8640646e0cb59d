using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Tracking.Recycling;

/// <summary>What lies in the bin of a workspace.</summary>
internal static class BinContents
{
    private const string OfExperiment =
        """
        IN (SELECT r.run_id FROM runs r WHERE r.workspace_id = @workspace AND r.experiment_id = @ExperimentId
            UNION ALL SELECT m.model_id FROM logged_models m WHERE m.workspace_id = @workspace AND m.experiment_id = @ExperimentId)
        """;

    // The files of a version are those of its package; several may have one.
    private const string OfPackages =
        "SELECT COUNT(*) AS files, CAST(COALESCE(SUM(length), 0) AS BIGINT) AS bytes FROM model_package_files WHERE workspace_id = @workspace AND package_digest IN (SELECT package_digest";

    /// <summary>What was deleted last comes first.</summary>
    /// <param name="kinds">Those that are asked for.</param>
    /// <param name="name">A part of the name, in any case; null: any.</param>
    public static Page<BinItemWire> Page(ReadTransaction transaction, WorkspaceId workspace, int size, Place? after, int? keepDays, IReadOnlyList<BinKind> kinds, string? name = null)
    {
        if (kinds.Count == 0) return new([]);
        var place = new { workspace = workspace.Value, rows = size + 1, at = after?.DeletedAt ?? long.MaxValue, kind = after?.Kind ?? "", id = after?.Id ?? "", part = ReadTransaction.Part(name ?? "") };
        var named = name is null ? "" : $" AND {transaction.Holds("name", "@part")}";
        // Each kind has an index of its own: a page of each is read, not all of the bin.
        var branches = kinds.Select(kind =>
            $"SELECT * FROM (SELECT * FROM ({kind.Items}) k WHERE (deleted_at < @at OR (deleted_at = @at AND (kind, id) > (@kind, @id))){named} ORDER BY deleted_at DESC, id LIMIT @rows) b");
        var rows = transaction.Query<BinItem>($"SELECT * FROM ({string.Join(" UNION ALL ", branches)}) u ORDER BY deleted_at DESC, kind, id LIMIT @rows", place);
        var shown = rows.Take(size).Select(row => Find(transaction, workspace, BinKind.Find(row.Kind)!, row.Id)!).ToList();
        return new(
            [.. shown.Select(item => Wire(transaction, workspace, item, keepDays))],
            rows.Count > size ? new Place(shown[^1].DeletedAt, shown[^1].Kind, shown[^1].Id).Write() : null);
    }

    /// <summary>Those of some subjects that are in the bin, in the order in which they are named.</summary>
    public static IReadOnlyList<BinItemWire> Some(ReadTransaction transaction, WorkspaceId workspace, IEnumerable<string> subjects, int? keepDays) =>
        [.. subjects.Distinct(StringComparer.Ordinal).Select(subject => Find(transaction, workspace, subject)).OfType<BinItem>().Select(item => Wire(transaction, workspace, item, keepDays))];

    /// <summary>Null: it is not in the bin.</summary>
    public static BinItem? Find(ReadTransaction transaction, WorkspaceId workspace, string subject) =>
        subject.Split('/', 2) is [var kind, var id] && BinKind.Find(kind) is { } known ? Find(transaction, workspace, known, id) : null;

    /// <summary>Null: it is not in the bin.</summary>
    public static BinItem? Find(ReadTransaction transaction, WorkspaceId workspace, BinKind kind, string id) =>
        transaction.First<BinItem>($"{kind.ItemsWithKeepers} AND {kind.Id} = @id", new { workspace = workspace.Value, id });

    /// <summary>Those of a kind that were deleted before a time, the longest ago first, after a place.</summary>
    public static IReadOnlyList<BinItem> Next(ReadTransaction transaction, WorkspaceId workspace, BinKind kind, long deletedBefore, BinItem? after, int rows) => transaction.Query<BinItem>(
        $"""
        SELECT * FROM ({kind.ItemsWithKeepers}) k WHERE deleted_at < @deletedBefore AND deleted_at >= @at AND (deleted_at > @at OR id > @id) ORDER BY deleted_at, id LIMIT @rows
        """,
        new { workspace = workspace.Value, deletedBefore, at = after?.DeletedAt ?? long.MinValue, id = after?.Id ?? "", rows });

    /// <summary>Whose files go with an item: it itself, or the runs and logged models of the experiment.</summary>
    public static string Owners(BinItem item) => item.Kind == BinKind.Experiments.Name ? OfExperiment : "= @Id";

    public static long Runs(ReadTransaction transaction, WorkspaceId workspace, BinItem item) => item.Kind == BinKind.Experiments.Name
        ? transaction.Scalar<long>("SELECT COUNT(*) FROM runs WHERE workspace_id = @workspace AND experiment_id = @ExperimentId", new { workspace = workspace.Value, item.ExperimentId })
        : item.Kind == BinKind.Runs.Name ? 1 : 0;

    /// <summary>The rows of a model's versions, or of the version.</summary>
    public static string VersionsOf(BinItem item) => $"FROM model_versions WHERE workspace_id = @workspace AND {(item.Kind == BinKind.Models.Name ? "model = @place" : "bin_id = @Id AND bin_id > ''")}";

    /// <summary>Of some things those that can go: nothing keeps them but what is among them too, or goes anyway. Things that stand on each other go together or stay.</summary>
    /// <param name="anyway">Subjects that go, whatever comes of these.</param>
    public static IReadOnlyList<BinItem> Together(ReadTransaction transaction, WorkspaceId workspace, IReadOnlyList<BinItem> items, IEnumerable<string> anyway)
    {
        var going = items.Where(item => item.KeptBy is null || item.IsKeptInBin).ToList();
        var keepers = going.Where(item => item.IsKeptInBin).ToDictionary(item => item.Subject, item => Keepers(transaction, workspace, item), StringComparer.Ordinal);
        while (true)
        {
            var subjects = going.Select(item => item.Subject).Concat(anyway).ToHashSet(StringComparer.Ordinal);
            if (going.RemoveAll(item => item.IsKeptInBin && !keepers[item.Subject].All(keeper => keeper.IsAmong(subjects))) == 0) return going;
        }
    }

    private static IReadOnlyList<Keeper> Keepers(ReadTransaction transaction, WorkspaceId workspace, BinItem item) =>
        transaction.Query<Keeper>(BinKind.Find(item.Kind)!.KeepersInBin, new { workspace = workspace.Value, id = item.Id });

    private static BinItemWire Wire(ReadTransaction transaction, WorkspaceId workspace, BinItem item, int? keepDays)
    {
        var of = new { workspace = workspace.Value, item.Id, item.ExperimentId, place = Registry.DeletedModels.Place(item.Id) };
        return BinKind.Find(item.Kind)!.IsOfRegistry
            ? item.ToWire(0, transaction.Scalar<long>($"SELECT COUNT(*) {VersionsOf(item)}", of), transaction.First<FileSum>($"{OfPackages} {VersionsOf(item)})", of)!, keepDays)
            : item.ToWire(
                Runs(transaction, workspace, item), 0,
                transaction.First<FileSum>($"SELECT COUNT(*) AS files, CAST(COALESCE(SUM(length), 0) AS BIGINT) AS bytes FROM run_artifacts WHERE workspace_id = @workspace AND run_id {Owners(item)}", of)!, keepDays);
    }

    private sealed record Keeper
    {
        public string Model { get; init; } = "";

        public string BinId { get; init; } = "";

        public bool IsAmong(HashSet<string> subjects) =>
            subjects.Contains($"{BinKind.Versions.Name}/{BinId}") || (Model.StartsWith(':') && subjects.Contains($"{BinKind.Models.Name}/{Model[1..]}"));
    }

    /// <summary>The last item of a page.</summary>
    internal sealed record Place(long DeletedAt, string Kind, string Id)
    {
        public string Write() => PageToken.Write($"{DeletedAt}\n{Kind}\n{Id}");

        public static Answer<Place> Read(string token)
        {
            var key = PageToken.Read(token);
            if (key.Refusal is { } refusal) return refusal;
            return key.Value.Split('\n') is [var at, var kind, var id] && long.TryParse(at, System.Globalization.CultureInfo.InvariantCulture, out var deletedAt)
                ? new Place(deletedAt, kind, id)
                : PageToken.OfAnotherList(token);
        }
    }
}

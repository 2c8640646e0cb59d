using System.Globalization;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Experiments;

/// <summary>The statements on experiments that more than one use case needs.</summary>
internal static class ExperimentTable
{
    public const string Columns = "experiment_id, name, lifecycle_stage, created_at, updated_at, artifact_location";

    /// <summary>One of which a purge has begun is there for nobody.</summary>
    public const string Shows = "lifecycle_stage <> 'purged'";

    public static Experiment? Find(ReadTransaction transaction, WorkspaceId workspace, long id) => transaction.First<Experiment>(
        $"SELECT {Columns} FROM experiments WHERE workspace_id = @workspace AND experiment_id = @id AND {Shows}", new { workspace = workspace.Value, id });

    public static Experiment? FindByName(ReadTransaction transaction, WorkspaceId workspace, string name) => transaction.First<Experiment>(
        $"SELECT {Columns} FROM experiments WHERE workspace_id = @workspace AND name = @name", new { workspace = workspace.Value, name });

    /// <summary>Those there are, deleted ones too, by their ids.</summary>
    public static IReadOnlyDictionary<long, Experiment> Of(ReadTransaction transaction, WorkspaceId workspace, IEnumerable<long> ids)
    {
        var found = new Dictionary<long, Experiment>();
        foreach (var some in ids.Distinct().Chunk(SqlList.ValuesAtOnce))
        {
            var parameters = new Dictionary<string, object?>(StringComparer.Ordinal) { ["workspace"] = workspace.Value };
            foreach (var experiment in transaction.Query<Experiment>($"SELECT {Columns} FROM experiments WHERE workspace_id = @workspace AND {Shows} AND experiment_id IN {SqlList.In(parameters, "id", some)}", parameters))
                found[experiment.ExperimentId] = experiment;
        }

        return found;
    }

    /// <summary>By id, else by name; deleted ones too.</summary>
    public static Answer<Experiment> Require(ReadTransaction transaction, WorkspaceId workspace, string? idOrName)
    {
        var found = long.TryParse(idOrName, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? Find(transaction, workspace, id) : null;
        found ??= FindByName(transaction, workspace, idOrName ?? "");
        // A slash within a part of a path comes escaped, and stays so.
        if (found is null && idOrName?.Contains("%2F", StringComparison.OrdinalIgnoreCase) is true) found = FindByName(transaction, workspace, idOrName.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase));
        return found is null ? Unknown(transaction, workspace, idOrName) : found;
    }

    public static Answer<Experiment> RequireActive(ReadTransaction transaction, WorkspaceId workspace, string? idOrName)
    {
        var found = Require(transaction, workspace, idOrName);
        return found.Refusal is null && found.Value.IsDeleted ? Deleted(found.Value) : found;
    }

    /// <summary>A new experiment, or null when the name is taken, be it by a deleted one.</summary>
    /// <param name="place">By its id, where its files are when that is not this server; null, or empty: here.</param>
    public static Experiment? Insert(
        WriteTransaction transaction, WorkspaceId workspace, string name, IReadOnlyDictionary<string, string>? tags, long now, Func<long, string>? place = null)
    {
        if (FindByName(transaction, workspace, name) is not null) return null;

        var id = Counter.Next(transaction, workspace, "experiments");
        var experiment = new Experiment { ExperimentId = id, Name = name, CreatedAt = now, UpdatedAt = now, ArtifactLocation = place?.Invoke(id) ?? "" };
        if (!Insert(transaction, workspace, experiment)) return null;

        PutTags(transaction, workspace, experiment.ExperimentId, tags ?? Tags.None);
        return experiment;
    }

    /// <summary>As it is given. False: its name or its id is taken.</summary>
    public static bool Insert(WriteTransaction transaction, WorkspaceId workspace, Experiment experiment) => transaction.Execute(
        """
        INSERT INTO experiments (workspace_id, experiment_id, name, lifecycle_stage, created_at, updated_at, artifact_location, deleted_at)
        VALUES (@workspace, @ExperimentId, @Name, @LifecycleStage, @CreatedAt, @UpdatedAt, @ArtifactLocation, @DeletedAt) ON CONFLICT DO NOTHING
        """,
        new { workspace = workspace.Value, experiment.ExperimentId, experiment.Name, experiment.LifecycleStage, experiment.CreatedAt, experiment.UpdatedAt, experiment.ArtifactLocation, experiment.DeletedAt }) > 0;

    /// <summary>Into the bin.</summary>
    public static void Delete(WriteTransaction transaction, Caller caller, Experiment experiment, long now)
    {
        transaction.Execute(
            "UPDATE experiments SET lifecycle_stage = 'deleted', updated_at = @now, deleted_at = @now, deleted_by = @by WHERE workspace_id = @workspace AND experiment_id = @ExperimentId",
            new { workspace = caller.Workspace.Value, experiment.ExperimentId, now, by = caller.Name });
        transaction.Write(caller, "experiment.delete", $"experiments/{experiment.Id}", Detail.Of(new { experiment.Name }));
    }

    /// <summary>Out of the bin.</summary>
    public static void Restore(WriteTransaction transaction, Caller caller, Experiment experiment, long now)
    {
        transaction.Execute(
            "UPDATE experiments SET lifecycle_stage = 'active', updated_at = @now, deleted_at = NULL, deleted_by = '' WHERE workspace_id = @workspace AND experiment_id = @ExperimentId",
            new { workspace = caller.Workspace.Value, experiment.ExperimentId, now });
        transaction.Write(caller, "experiment.restore", $"experiments/{experiment.Id}", Detail.Of(new { experiment.Name }));
    }

    /// <summary>To a name that is free.</summary>
    public static void Rename(WriteTransaction transaction, Caller caller, Experiment experiment, string name, long now)
    {
        transaction.Execute(
            "UPDATE experiments SET name = @name, updated_at = @now WHERE workspace_id = @workspace AND experiment_id = @ExperimentId",
            new { workspace = caller.Workspace.Value, experiment.ExperimentId, name, now });
        transaction.Write(caller, "experiment.rename", $"experiments/{experiment.Id}", Detail.Of(new { From = experiment.Name, To = name }));
    }

    public static void PutTags(WriteTransaction transaction, WorkspaceId workspace, long id, IReadOnlyDictionary<string, string> tags) =>
        Tags.Put(transaction, "experiment_tags", workspace, tags, ("experiment_id", id));

    public static IReadOnlyList<ExperimentWire> ToWire(ReadTransaction transaction, WorkspaceId workspace, IReadOnlyList<Experiment> experiments)
    {
        if (experiments.Count == 0) return [];

        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal) { ["workspace"] = workspace.Value };
        var ids = SqlList.In(parameters, "id", [.. experiments.Select(experiment => experiment.ExperimentId)]);
        var tags = Tags.ByOwner(transaction.Query<KeyValue>(
            $"SELECT CAST(experiment_id AS VARCHAR(20)) AS owner, key, value FROM experiment_tags WHERE workspace_id = @workspace AND experiment_id IN {ids}", parameters));
        return [.. experiments.Select(experiment => experiment.ToWire(tags(experiment.Id)))];
    }

    public static Refusal Deleted(Experiment experiment) => new Refusal.Conflict(
        "experiment.deleted", $"The experiment '{experiment.Name}' (id {experiment.Id}) is deleted. Restore it first: POST /api/v1/experiments/{experiment.Id}/restore.");

    public static Refusal NameTaken(Experiment holder) => new Refusal.Conflict(
        "experiment.name-taken",
        $"The name '{holder.Name}' belongs to experiment {holder.Id}{(holder.IsDeleted ? ", which is deleted but can be restored" : "")}. Choose another name{(holder.IsDeleted ? " or restore it" : "")}.");

    private static Refusal.Missing Unknown(ReadTransaction transaction, WorkspaceId workspace, string? asked)
    {
        var known = transaction.Query<Experiment>(
            $"SELECT {Columns} FROM experiments WHERE workspace_id = @workspace AND lifecycle_stage = 'active' ORDER BY updated_at DESC, experiment_id DESC LIMIT 10",
            new { workspace = workspace.Value });
        return new Refusal.Missing(
            "experiment.unknown",
            $"There is no experiment '{asked}', neither as an id nor as a name. There are: {string.Join(", ", known.Select(experiment => $"{experiment.Name} (id {experiment.Id})"))}.");
    }
}

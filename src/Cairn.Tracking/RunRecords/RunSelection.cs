using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Search;

namespace Cairn.Tracking.RunRecords;

/// <summary>Which runs are meant, as the query of a request says it.</summary>
internal sealed record AskedRuns
{
    /// <value>Id or name; null: runs of all experiments.</value>
    public string? Experiment { get; init; }

    /// <value>A path: runs of the experiment of that name and of all below it.</value>
    public string? Under { get; init; }

    /// <value>True: without those nested in another run.</value>
    public bool? Outermost { get; init; }

    public string? Status { get; init; }

    /// <value>Part of the run's name, in any case.</value>
    public string? Name { get; init; }

    /// <value>active (the default), deleted or all.</value>
    public string? View { get; init; }

    /// <value>Clauses joined by AND, as MLflow has them: metrics.auc > 0.8 AND params.depth = '6'.</value>
    public string? Filter { get; init; }

    /// <summary>What needs no look at the store.</summary>
    public Answer<RunSelection> Read(WorkspaceId workspace)
    {
        var stage = Edge.View.Parse(View);
        if ((stage.Refusal ?? (Status is null ? null : RunStatus.Check(Status))) is { } refusal) return refusal;
        try
        {
            return new RunSelection(workspace, null, Status, Name, stage.Value, FilterText.Parse(Filter)) { Under = Under?.TrimEnd('/') is { Length: > 0 } path ? path : null, Outermost = Outermost is true };
        }
        catch (FilterException wrong)
        {
            return RunSelection.Unreadable(Filter!, wrong);
        }
    }

    /// <summary>Looks the experiment up, and tries the filter, of which a clause may ask for what there is not.</summary>
    public Answer<RunSelection> Resolve(ReadTransaction transaction, RunSelection read)
    {
        if (Experiment is not null)
        {
            var found = ExperimentTable.Require(transaction, read.Workspace, Experiment);
            if (found.Refusal is { } unknown) return unknown;
            read = read with { Experiment = found.Value.ExperimentId };
        }

        try
        {
            _ = RunFilter.Conditions(read.Filter, new ClauseSql(transaction, read.Workspace.Value));
            return read;
        }
        catch (FilterException wrong)
        {
            return RunSelection.Unreadable(Filter!, wrong);
        }
    }
}

/// <summary>Which runs are meant.</summary>
/// <param name="Experiment">Null: of all experiments.</param>
/// <param name="Name">Part of the name, in any case.</param>
/// <param name="Stage"><c>active</c>, <c>deleted</c>, or null for both.</param>
internal sealed record RunSelection(WorkspaceId Workspace, long? Experiment, string? Status, string? Name, string? Stage, IReadOnlyList<FilterClause> Filter)
{
    private const int ShownOfFilter = 40;

    /// <value>A path: only runs of the experiment of that name and of all below it.</value>
    public string? Under { get; init; }

    /// <value>Without those that are nested in another one.</value>
    public bool Outermost { get; init; }

    public static Refusal.Invalid Unreadable(string filter, FilterException wrong)
    {
        var where = wrong.Place is not { } place ? "" : $" from character {place + 1} on ({(filter.Length - place > ShownOfFilter ? $"{filter.AsSpan(place, ShownOfFilter)}…" : filter[place..])})";
        return new(
            "run.filter-invalid",
            $"The filter cannot be followed{where}. {wrong.Message.TrimEnd('.')}. It is made of clauses joined by AND: metrics.auc > 0.8 AND params.depth = '6' AND tags.team LIKE 'crm%' AND status = 'finished'.");
    }

    /// <exception cref="FilterException">A clause of the filter asks for what there is not.</exception>
    public RunFinder Finder(ReadTransaction transaction)
    {
        var sql = new ClauseSql(transaction, Workspace.Value);
        var conditions = new List<RunCondition>();
        if (Status is not null) conditions.Add(RunFilter.WithStatus(Status, sql));
        if (Name is not null) conditions.Add(RunFilter.WithPartOfName(Name, sql));
        if (Outermost) conditions.Add(new($"NOT EXISTS (SELECT 1 FROM run_tags t WHERE t.workspace_id = r.workspace_id AND t.run_id = r.run_id AND t.key = '{NestedRuns.Tag}')"));
        conditions.AddRange(RunFilter.Conditions(Filter, sql, anyCaseOfStatus: true));
        // Asked first, not joined: a planner that misjudges the join sorts every run instead of walking an index.
        var hidden = transaction.Query<Experiment>($"SELECT {ExperimentTable.Columns} FROM experiments WHERE workspace_id = @workspace AND lifecycle_stage <> 'active'", new { workspace = Workspace.Value });
        var deleted = hidden.Where(experiment => experiment.IsDeleted).Select(experiment => experiment.ExperimentId).ToList();
        var purged = hidden.Where(experiment => !experiment.IsDeleted).Select(experiment => experiment.ExperimentId).ToList();
        if (Stage == "deleted") conditions.Add(RunFilter.Deleted(deleted, sql));
        var active = Stage != "active" ? "1 = 1" : deleted.Count == 0 ? "r.lifecycle_stage = 'active'" : $"r.lifecycle_stage = 'active' AND NOT ({sql.Among("r.experiment_id", deleted)})";
        var experiments = Experiments(transaction);
        var within = experiments is null ? "" : experiments.Count == 0 ? "1 = 0 AND " : $"{sql.Among("r.experiment_id", experiments)} AND ";
        var there = purged.Count == 0 ? "" : $"NOT ({sql.Among("r.experiment_id", purged)}) AND "; // of a purge that has begun
        return new(transaction, sql, new RunScope($"{within}{there}{active}", experiments), conditions);
    }

    /// <returns>Null: all of the workspace.</returns>
    private IReadOnlyList<long>? Experiments(ReadTransaction transaction)
    {
        if (Under is null) return Experiment is { } one ? [one] : null;
        var below = transaction.Query<long>(
            $"SELECT experiment_id FROM experiments WHERE workspace_id = @workspace AND (name = @under OR ({ExperimentPath.Below("name")}))",
            new { workspace = Workspace.Value, under = Under, first = ExperimentPath.First(Under), after = ExperimentPath.After(Under) });
        return Experiment is { } asked ? [.. below.Where(id => id == asked)] : below;
    }
}

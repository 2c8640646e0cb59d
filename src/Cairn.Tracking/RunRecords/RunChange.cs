using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Naming;

namespace Cairn.Tracking.RunRecords;

/// <summary>What may change about a run itself: its status, its end, its name, its description, its tags.</summary>
internal static class RunChange
{
    public static Refusal? Check(UpdateRun update) =>
        (update.Status is null ? null : RunStatus.Check(update.Status))
        ?? (update.Name is null ? null : Names.Run(update.Name))
        ?? (update.EndedAt < 0 ? new Refusal.Invalid("run.time-invalid", $"ended_at is {update.EndedAt}; microseconds since 1970 are expected, not negative.") : null)
        ?? (update.Description is { } text ? Names.Value("run.description-invalid", "The description", text, RunLog.LongestTag) : null)
        ?? CheckTags(update);

    /// <param name="run">One that may be written to.</param>
    /// <param name="update">Checked.</param>
    public static void Write(WriteTransaction transaction, Caller caller, Run run, UpdateRun update, long now)
    {
        var workspace = caller.Workspace;
        var status = update.Status ?? run.Status;
        var endedAt = update.EndedAt ?? (!RunStatus.IsEnd(status) ? null : run.EndedAt ?? now);
        transaction.Execute(
            "UPDATE runs SET status = @status, ended_at = @endedAt WHERE workspace_id = @workspace AND run_id = @RunId",
            new { workspace = workspace.Value, run.RunId, status, endedAt });
        if ((update.Name ?? update.Tags?.GetValueOrDefault(RunName.Tag)) is { } name) RunTable.Rename(transaction, workspace, run, name);

        var tags = new SortedDictionary<string, string?>((update.Tags ?? Nothing).Where(tag => tag.Key != RunName.Tag).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
        if (update.Description is { } text) tags[RunWire.DescriptionTag] = text.Length == 0 ? null : text;
        RunTable.PutTags(transaction, workspace, run, tags.Where(tag => tag.Value is not null).Select(tag => new KeyValuePair<string, string>(tag.Key, tag.Value!)));
        foreach (var (key, value) in tags)
            if (value is null) RunTable.RemoveTag(transaction, workspace, run.RunId, key);

        transaction.Write(caller, "run.update", $"runs/{run.RunId}", Detail.Of(update));
        if (RunStatus.IsEnd(status) && status != run.Status)
            transaction.Emit(new NewEvent(workspace, "run.ended", $"runs/{run.RunId}", Detail.Of(new { run = run.RunId, status })));
    }

    private static IReadOnlyDictionary<string, string?> Nothing { get; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    private static Refusal? CheckTags(UpdateRun update)
    {
        var tags = update.Tags ?? Nothing;
        if (tags.TryGetValue(RunName.Tag, out var name) && (name is null || (update.Name is { } other && other != name)))
        {
            return new Refusal.Invalid(
                "run.name-invalid",
                name is null ? $"The tag {RunName.Tag} is the name of the run, and every run has one. Give another name instead."
                : $"The name '{update.Name}' and the tag {RunName.Tag} '{name}' differ. Give one, or both alike.");
        }

        if (update.Description is { } text && tags.TryGetValue(RunWire.DescriptionTag, out var note) && (note ?? "") != text)
            return new Refusal.Invalid("run.description-invalid", $"The description and the tag {RunWire.DescriptionTag} are the same thing, and differ. Give one, or both alike.");

        return RunLog.Check(new LogBatch(Tags: tags.ToDictionary(tag => tag.Key, tag => tag.Value ?? "", StringComparer.Ordinal)));
    }
}

using System.Globalization;
using Cairn.Storage;
using Cairn.Tracking.Mlflow.Registry;
using Cairn.Tracking.Naming;
using Cairn.Tracking.Registry;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Mlflow.Import;

/// <summary>
/// Registered models with versions, tags, aliases and stages. A model of a name that is here already is the same one when it was made at the same moment: then what
/// it lacks comes to it. Else it is another model, and it is not taken.
/// </summary>
internal static class TakeRegistry
{
    private const string Deleted = "Deleted_Internal";

    public static async Task From(ImportWalk walk, MlflowSource from)
    {
        var store = walk.Store;
        if (!store.Has("registered_models", "name")) return;
        await walk.Over(
            "registered_models", "models", "registered_models", "x.name, x.description, x.creation_time, x.last_updated_time", "", 200,
            reader => new RegisteredModel { Name = reader.Text(1), Description = reader.Text(2), CreatedAt = reader.Time(3) ?? 0, UpdatedAt = reader.Time(4) ?? reader.Time(3) ?? 0 },
            (transaction, models, tally) => Take(transaction, walk, models, tally));
        await TakeTexts.OfModels(walk);

        var experiments = await walk.Experiments();
        var prompt = store.Has("model_version_tags", "key") ? $"EXISTS (SELECT 1 FROM model_version_tags t WHERE t.name = x.name AND t.version = x.version AND t.key = '{SearchModels.PromptTag}')" : "0";
        await walk.Over(
            "model_versions", "versions", "model_versions",
            $"""
            x.name, x.version, x.current_stage, x.status, x.description, x.run_id, {store.Column("model_versions", "run_link")}, x.source, x.user_id, x.creation_time, x.last_updated_time, r.artifact_uri, r.experiment_id,
            {prompt}
            """,
            "LEFT JOIN runs r ON r.run_uuid = x.run_id", 200,
            reader => new SourceVersion
            {
                Model = reader.Text(1), Version = reader.Whole(2) ?? 0, Stage = reader.Text(3), Status = reader.Text(4) is { Length: > 0 } status ? status : "READY", Description = reader.Text(5),
                RunId = reader.Text(6) is { Length: > 0 } run ? run : null, RunLink = reader.Text(7), Source = reader.Text(8), UserName = reader.Text(9), CreatedAt = reader.Time(10) ?? 0,
                UpdatedAt = reader.Time(11) ?? reader.Time(10) ?? 0, RunPlace = reader.Text(12), Experiment = reader.Whole(13) is { } experiment && experiments.TryGetValue(experiment, out var mapped) ? mapped : null,
                IsPrompt = reader.Whole(14) is 1,
            },
            (transaction, versions, tally) => Take(transaction, walk, from, versions, tally));
        await TakeTexts.OfVersions(walk);
        await walk.Over(
            "registered_model_aliases", "aliases", "registered_model_aliases", "x.name, x.alias, x.version", "", 200,
            reader => (Owner: $"{reader.Whole(3)}/{reader.Text(1)}", Alias: reader.Text(2)),
            (transaction, aliases, tally) =>
            {
                var versions = TakenVersions(transaction, walk, aliases.Select(alias => alias.Owner));
                foreach (var (owner, alias) in aliases)
                {
                    if (!versions.TryGetValue(owner, out var version)) tally.Refuse("alias", $"{owner} {alias}", "Its version was not taken.");
                    else if (Names.Alias(alias) is { } bad) tally.Refuse("alias", $"{owner} {alias}", bad.Detail);
                    else if (AliasTable.Find(transaction, walk.Workspace, version.Model, alias) is not null) tally.Here++;
                    else if (alias == Models.Champion) Promote(transaction, walk, version.Model, version.Version, $"It had the alias {alias} in the MLflow store", tally);
                    else
                    {
                        AliasTable.Put(transaction, walk.Workspace, version.Model, alias, version.Version);
                        tally.Taken++;
                    }
                }
            });
        await walk.Over(
            "production", "models looked at", "registered_models", "x.name", "", 50, reader => reader.Text(1),
            (transaction, models, tally) =>
            {
                foreach (var model in Taken(transaction, walk, models).Keys)
                    if (ChampionMove.Current(transaction, walk.Workspace, model) is null && PromotionTable.Last(transaction, walk.Workspace, model) is null && InProduction(transaction, walk, model) is { } version)
                        Promote(transaction, walk, model, version, "It was in Production in the MLflow store", tally);
            });
    }

    /// <summary>Those of the models that are this store's.</summary>
    public static IReadOnlyDictionary<string, bool> Taken(ReadTransaction transaction, ImportWalk walk, IEnumerable<string> models) =>
        Here(transaction, walk, models).Where(model => walk.Store.All($"SELECT creation_time FROM registered_models WHERE name = '{Quoted(model.Name)}'", reader => reader.Time(0) ?? 0).Contains(model.CreatedAt))
            .ToDictionary(model => model.Name, _ => true, StringComparer.Ordinal);

    /// <summary>Those of the versions that are this store's, by number and model: <c>3/churn</c>.</summary>
    public static IReadOnlyDictionary<string, (string Model, long Version)> TakenVersions(ReadTransaction transaction, ImportWalk walk, IEnumerable<string> versions)
    {
        var given = versions.Distinct(StringComparer.Ordinal).Select(Parse).ToList();
        var models = Taken(transaction, walk, given.Select(version => version.Model).Distinct(StringComparer.Ordinal));
        return given
            .Where(version => models.ContainsKey(version.Model) && transaction.First<string>(
                "SELECT model FROM model_versions WHERE workspace_id = @workspace AND model = @Model AND version = @Version AND deleted_at IS NULL",
                new { workspace = walk.Workspace.Value, version.Model, version.Version }) is not null)
            .ToDictionary(version => $"{version.Version.ToString(CultureInfo.InvariantCulture)}/{version.Model}", StringComparer.Ordinal);
    }

    private static void Take(WriteTransaction transaction, ImportWalk walk, IReadOnlyList<RegisteredModel> given, StepTally tally)
    {
        var here = Here(transaction, walk, given.Select(model => model.Name)).ToDictionary(model => model.Name, StringComparer.Ordinal);
        foreach (var model in given)
        {
            if (here.TryGetValue(model.Name, out var known))
            {
                if (known.CreatedAt == model.CreatedAt) tally.Here++;
                else tally.Refuse("model", model.Name, "A model of that name is here already, made at another moment. Rename one of them, or delete the one here.");
            }
            else if ((Names.Model(model.Name) ?? Names.Value("", "Its description", model.Description, 1 << 20)) is { } bad)
            {
                tally.Refuse("model", model.Name, bad.Detail);
            }
            else
            {
                transaction.Execute(
                    "INSERT INTO registered_models (workspace_id, name, description, created_at, updated_at) VALUES (@workspace, @Name, @Description, @CreatedAt, @UpdatedAt)",
                    new { workspace = walk.Workspace.Value, model.Name, model.Description, model.CreatedAt, model.UpdatedAt });
                tally.Taken++;
            }
        }
    }

    private static void Take(WriteTransaction transaction, ImportWalk walk, MlflowSource from, IReadOnlyList<SourceVersion> given, StepTally tally)
    {
        var models = Taken(transaction, walk, given.Select(version => version.Model).Distinct(StringComparer.Ordinal));
        foreach (var version in given)
        {
            var (subject, deleted) = ($"{version.Model} version {version.Version}", version.Stage == Deleted);
            if (!models.ContainsKey(version.Model))
            {
                tally.Refuse("version", subject, "Its model was not taken.");
                continue;
            }

            Counter.AtLeast(transaction, walk.Workspace, DeletedModels.Numbers(version.Model), version.Version);
            var source = deleted ? "" : version.PlaceHere(from);
            if (!deleted && ((source is null || version.IsOnlyText ? null : ModelSource.Check(source)) ?? Names.Value("", "Its description", version.Description, 1 << 20)) is { } bad) tally.Refuse("version", subject, bad.Detail);
            else if (source is null) tally.Refuse("version", subject, $"Its source {version.Source} is a place on a disk, and not among the files of its run or of a logged model.");
            else if (Insert(transaction, walk, version, source, deleted)) tally.Taken++;
            else tally.Here++;
        }
    }

    private static bool Insert(WriteTransaction transaction, ImportWalk walk, SourceVersion version, string source, bool deleted) => transaction.Execute(
        """
        INSERT INTO model_versions (workspace_id, model, version, stage, status, description, run_id, run_link, source, user_name, created_at, updated_at, deleted_at)
        VALUES (@workspace, @Model, @Version, @stage, @Status, @description, @runId, @runLink, @source, @UserName, @CreatedAt, @UpdatedAt, @deletedAt) ON CONFLICT DO NOTHING
        """,
        new
        {
            workspace = walk.Workspace.Value, version.Model, version.Version, stage = Stage.Find(version.Stage) ?? Stage.None, version.Status, description = deleted ? "" : version.Description,
            runId = deleted ? null : version.RunId, runLink = deleted ? "" : version.RunLink, source, version.UserName, version.CreatedAt, version.UpdatedAt, deletedAt = deleted ? version.UpdatedAt : (long?)null,
        }) > 0;

    /// <summary>It comes from outside: nobody judged it here, and the history says so.</summary>
    private static void Promote(WriteTransaction transaction, ImportWalk walk, string model, long version, string reason, StepTally tally)
    {
        if (ChampionMove.Promote(transaction, walk.Caller, model, new(version, reason, Unverified: true), walk.Now).Refusal is { } refused) tally.Refuse("champion", $"{model} version {version}", refused.Detail);
        else tally.Taken++;
    }

    private static long? InProduction(ReadTransaction transaction, ImportWalk walk, string model) => transaction.Scalar<long?>(
        "SELECT MAX(version) FROM model_versions WHERE workspace_id = @workspace AND model = @model AND stage = 'Production' AND deleted_at IS NULL", new { workspace = walk.Workspace.Value, model });

    private static IReadOnlyList<RegisteredModel> Here(ReadTransaction transaction, ImportWalk walk, IEnumerable<string> names) => transaction.Query<RegisteredModel>(
        $"SELECT {ModelTable.Columns} FROM registered_models WHERE workspace_id = @workspace AND name {transaction.Among("names")}",
        new { workspace = walk.Workspace.Value, names = transaction.Texts([.. names]) });

    private static (string Model, long Version) Parse(string owner) =>
        owner.Split('/', 2) is [var number, var model] && long.TryParse(number, CultureInfo.InvariantCulture, out var version) ? (model, version) : ("", 0);

    private static string Quoted(string text) => text.Replace("'", "''", StringComparison.Ordinal);

    private sealed record SourceVersion
    {
        public string Model { get; init; } = "";

        public long Version { get; init; }

        public string Stage { get; init; } = "";

        public string Status { get; init; } = "";

        public string Description { get; init; } = "";

        public string? RunId { get; init; }

        public string RunLink { get; init; } = "";

        public string Source { get; init; } = "";

        public string UserName { get; init; } = "";

        public long CreatedAt { get; init; }

        public long UpdatedAt { get; init; }

        public string RunPlace { get; init; } = "";

        public long? Experiment { get; init; }

        public bool IsPrompt { get; init; }

        /// <value>A prompt has no files: its source is a word.</value>
        public bool IsOnlyText => IsPrompt && VersionSource.IsWord(Source);

        /// <summary>A place on MLflow's disk becomes the place that the same files have here; null: they are not taken.</summary>
        public string? PlaceHere(MlflowSource from)
        {
            if (IsOnlyText) return Source;
            if (RunPlace.Length > 0 && Source.StartsWith(RunPlace.TrimEnd('/'), StringComparison.Ordinal) && !ArtifactPlace.Stays(from, RunPlace))
                return Source[RunPlace.TrimEnd('/').Length..] is "" or ['/', ..] && Experiment is { } experiment ? $"mlflow-artifacts:/{experiment}/{RunId}/artifacts{Source[RunPlace.TrimEnd('/').Length..]}" : null;
            if (ModelSource.Check(Source) is null) return Source;
            var at = Source.IndexOf("/models/m-", StringComparison.Ordinal);
            return at >= 0 && Source[(at + "/models/".Length)..].TrimEnd('/').Split('/') is [var id, "artifacts"] ? $"models:/{id}" : null;
        }
    }
}

using Cairn.Storage;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Naming;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Mlflow.Import;

/// <summary>Experiments keep their ids. One whose name is here already is that experiment; one whose id is taken by another name gets the next number.</summary>
internal static class TakeExperiments
{
    public static async Task From(ImportWalk walk, MlflowSource source)
    {
        var store = walk.Store;
        var highest = store.All("SELECT COALESCE(MAX(experiment_id), 0) FROM experiments", reader => reader.GetInt64(0))[0];
        await walk.Over(
            "experiments", "experiments", "experiments",
            $"x.experiment_id, x.name, x.artifact_location, x.lifecycle_stage, {store.Column("experiments", "creation_time")}, {store.Column("experiments", "last_update_time")}", "", 200,
            reader => new Experiment
            {
                ExperimentId = reader.GetInt64(1), Name = reader.Text(2), ArtifactLocation = reader.Text(3), LifecycleStage = reader.Text(4) == Lifecycle.Deleted ? Lifecycle.Deleted : Lifecycle.Active,
                CreatedAt = reader.Time(5) ?? walk.Now, UpdatedAt = reader.Time(6) ?? reader.Time(5) ?? walk.Now,
                DeletedAt = reader.Text(4) == Lifecycle.Deleted ? walk.Now : null, // its time in the bin begins here
            },
            (transaction, experiments, tally) =>
            {
                // Numbers that are given out now are above all of the store.
                Counter.AtLeast(transaction, walk.Workspace, "experiments", highest);
                foreach (var experiment in experiments) Take(transaction, walk, source, experiment, tally);
            });
    }

    private static void Take(WriteTransaction transaction, ImportWalk walk, MlflowSource source, Experiment given, StepTally tally)
    {
        if (Names.Experiment(given.Name) is { } bad)
        {
            tally.Refuse("experiment", given.Id, bad.Detail + " Its runs are not taken.");
            return;
        }

        var here = ExperimentTable.FindByName(transaction, walk.Workspace, given.Name);
        if (here is not null) tally.Here++;
        else here = Insert(transaction, walk, source, given, tally);
        if (here.ExperimentId != given.ExperimentId)
            tally.Note("experiment", given.Name, $"Its id was {given.Id} and is {here.Id}: {(ExperimentTable.Find(transaction, walk.Workspace, given.ExperimentId) is { } other ? $"{given.Id} is '{other.Name}' here" : "the name is here already")}.");
        if (ArtifactPlace.Stays(source, given.ArtifactLocation))
            tally.Note("files", given.Name, $"The files of its runs stay at {given.ArtifactLocation}{(here.ArtifactLocation == given.ArtifactLocation ? "" : "; the experiment of that name here keeps its files elsewhere, so they are not shown")}.");
        else if (here.ArtifactLocation.Length > 0)
            tally.Note("files", given.Name, $"The experiment of that name here keeps its files at {here.ArtifactLocation}, so those that are copied are not shown.");
        transaction.Execute(
            """
            INSERT INTO mlflow_import_experiments (workspace_id, import_id, source_id, experiment_id) VALUES (@workspace, @Import, @source, @ExperimentId)
            ON CONFLICT (workspace_id, import_id, source_id) DO UPDATE SET experiment_id = excluded.experiment_id
            """,
            new { workspace = walk.Workspace.Value, walk.Import, source = given.ExperimentId, here.ExperimentId });
    }

    private static Experiment Insert(WriteTransaction transaction, ImportWalk walk, MlflowSource source, Experiment given, StepTally tally)
    {
        var experiment = given with
        {
            ExperimentId = ExperimentTable.Find(transaction, walk.Workspace, given.ExperimentId) is null ? given.ExperimentId : Counter.Next(transaction, walk.Workspace, "experiments"),
            ArtifactLocation = ArtifactPlace.Stays(source, given.ArtifactLocation) ? given.ArtifactLocation : "",
        };
        if (!ExperimentTable.Insert(transaction, walk.Workspace, experiment)) throw new InvalidOperationException($"The experiment {experiment.Id} was free a moment ago, in the same transaction.");
        tally.Taken++;
        return experiment;
    }
}

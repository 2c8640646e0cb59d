using Cairn.EndToEnd.Tests.Running;
using Cairn.Unit.Tests.Tracking;

namespace Cairn.EndToEnd.Tests.Lifecycle;

public class ImportTests
{
    [Fact]
    public async Task A_dry_run_counts_and_takes_nothing_and_the_import_after_it_takes_all()
    {
        using var folder = new TestFolder();
        using var store = new MlflowStoreFile(folder["mlflow.db"]);
        store.Experiment(0, "Default");
        store.Experiment(1, "many");
        store.Many(30, 2, 3);
        store.Insert("trace_info", "tr-1", 0, 1, "OK");
        store.Artifact(MlflowStoreFile.Id(1), "plot.txt", "a plot", 1);

        var dry = (await CairnProcess.Run(folder, "import", "mlflow", "mlflow.db", "--dry-run")).ShouldSucceed();
        (await CairnProcess.Run(folder, "runs", "list", "--json")).ShouldSucceed().Json.GetArrayLength().ShouldBe(0);
        var taken = (await CairnProcess.Run(folder, "import", "mlflow", "mlflow.db")).ShouldSucceed();

        dry.Out.ShouldContain("Nothing was taken: this was a dry run.");
        dry.Out.ShouldContain("metric points");
        foreach (var told in (string[])[dry.Out, taken.Out]) told.ShouldContain("Not taken: table trace_info: 1 rows: Cairn has no place for them.");
        (await CairnProcess.Run(folder, "runs", "list", "--json")).ShouldSucceed().Json.GetArrayLength().ShouldBe(30);
        taken.Out.ShouldContain("files");
    }

    [Fact]
    public async Task What_is_no_store_or_may_not_be_read_is_refused_in_words()
    {
        using var folder = new TestFolder();
        using var other = new TestFolder();
        using var store = new MlflowStoreFile(other["mlflow.db"]);
        folder.Write("notes.txt", "no database");

        (await CairnProcess.Run(folder, "import", "mlflow", other["mlflow.db"])).ShouldFail(1, "outside the project", "--data-root");
        (await CairnProcess.Run(folder, "import", "mlflow", "none.db")).ShouldFail(1, "There is no file");
        (await CairnProcess.Run(folder, "import", "mlflow", "notes.txt")).ShouldFail(1, "is no MLflow store on SQLite");
    }
}

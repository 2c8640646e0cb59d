using Cairn.Api.Tests.Access;
using Cairn.Api.Tests.Server;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Projects;

/// <summary>The lifecycle from end to end in one process, on made-up customers.</summary>
public class RunProjectTests
{
    [Fact]
    public async Task A_project_goes_from_a_file_to_a_served_champion_and_a_second_run_has_nothing_to_do()
    {
        await using var home = await TestHome.Start();
        using var project = new SampleProject();
        var planned = await home.Client.PlanProjectAsync(project.Wire);
        planned.Steps.Select(s => s.Step).ShouldBe(["snapshot", "prepare", "train:logistic_regression", "train:xgboost", "select", "evaluate", "register", "gate", "promote", "deploy"]);
        planned.Steps.ShouldAllBe(s => s.Action == "run");

        var result = await project.Result(home.Client);

        result.Verdict.ShouldBe("promoted");
        result.Project.ShouldBe("churn");
        result.Rows.ShouldBe(1_000);
        result.DatasetReused.ShouldBeFalse();
        result.Version.ShouldBe(1);
        result.Deployment.ShouldBe("churn");
        result.Candidates.Select(c => c.Algorithm).ShouldBe(["logistic_regression", "xgboost"]);
        result.RunId.ShouldBe(result.Candidates.MaxBy(c => c.RocAuc)!.RunId);
        foreach (var metric in (string[])["roc_auc", "pr_auc", "log_loss", "brier", "accuracy"])
        {
            result.Metrics.ContainsKey(metric).ShouldBeTrue(metric);
            result.Baseline.ContainsKey(metric).ShouldBeTrue(metric);
        }

        result.Metrics["roc_auc"].ShouldBeInRange(0.78, 0.92);
        result.Baseline["roc_auc"].ShouldBeLessThan(result.Metrics["roc_auc"] - 0.03);

        var run = await home.Client.GetRunAsync(result.RunId);
        run.Status.ShouldBe("finished");
        run.Metrics["roc_auc"].ShouldBe(result.Metrics["roc_auc"]);
        run.Metrics["baseline.roc_auc"].ShouldBe(result.Baseline["roc_auc"]);
        run.Params["algorithm"].ShouldBe(result.Algorithm);
        run.Tags["cairn.project"].ShouldBe("churn");
        run.Inputs.Single().Digest.ShouldBe(result.DatasetVersion);

        var view = (await home.Client.FindProjectAsync("churn"))!;
        view.Champion.ShouldBe(1);
        view.LastResult!.RunId.ShouldBe(result.RunId);
        view.Revision.ShouldBe(planned.Revision);

        var files = await home.Client.GetProjectFilesAsync("churn");
        (files.Revision, files.Files.Folder).ShouldBe((planned.Revision, project.Wire.Folder));
        files.Files.Files.ShouldBe(project.Wire.Files, ignoreOrder: true);
        (await home.Client.GetProjectFilesAsync("churn", planned.Revision)).Files.Files.Count.ShouldBe(files.Files.Files.Count);
        (await Should.ThrowAsync<CairnException>(home.Client.GetProjectFilesAsync("churn", new string('0', 64)))).Code.ShouldBe("project.revision-unknown");
        (await Should.ThrowAsync<CairnException>(home.Client.GetProjectFilesAsync("nothing"))).Code.ShouldBe("project.unknown");
        var profile = await home.Client.GetDatasetProfileAsync("churn", result.DatasetVersion);
        (profile.Rows, profile.Target, profile.Labelled).ShouldBe((1_000, "churned", 1_000));

        (await home.Client.PlanProjectAsync(project.Wire)).Steps.ShouldAllBe(s => s.Action == "reuse");
        var again = await project.Run(home.Client);
        (await home.Client.GetFlowRunAsync(again.FlowRunId)).Tasks.Single(t => t.Name == "select").After.ShouldBe(["train:logistic_regression", "train:xgboost"]);
        again.Tasks.Where(t => t.Reused).Select(t => t.Name).ShouldBe(["prepare", "train:logistic_regression", "train:xgboost", "evaluate"]);
        again.Tasks.Single(t => t.Name == "promote").Message.ShouldBe("version 1 is champion already");
        var second = System.Text.Json.JsonSerializer.Deserialize<LifecycleResult>(again.Result!.Value, CairnJson.Options)!;
        second.DatasetReused.ShouldBeTrue();
        (second.Verdict, second.Version, second.RunId).ShouldBe(("promoted", 1L, result.RunId));
        (await home.Client.ListRunsAsync(result.ExperimentId)).Items.Count.ShouldBe(2, "nothing was trained again");
    }

    [Fact]
    public async Task Without_promotion_the_version_is_there_with_its_verdict_and_nothing_serves()
    {
        await using var home = await TestHome.Start();
        using var project = new SampleProject();

        var result = await project.Result(home.Client, promote: false);

        result.Verdict.ShouldBe("passed");
        result.Version.ShouldBe(1);
        result.Deployment.ShouldBeNull();
        (await home.Client.FindProjectAsync("churn"))!.Champion.ShouldBeNull();
        (await home.Client.GetModelVersionAsync("churn", 1)).Verdict!.Verdict.ShouldBe("passed");
    }

    [Fact]
    public async Task A_gate_that_is_not_reached_refuses_and_the_version_can_be_looked_at()
    {
        await using var home = await TestHome.Start();
        using var project = new SampleProject();
        project.Edit("roc_auc >= 0.75", "roc_auc >= 0.99");

        var result = await project.Result(home.Client);

        result.Verdict.ShouldBe("refused");
        result.Version.ShouldBe(1);
        result.Gates.Single(g => g.Gate == "roc_auc >= 0.99").Passed.ShouldBeFalse();
        (await home.Client.FindProjectAsync("churn"))!.Champion.ShouldBeNull();
        (await home.Client.GetModelVersionAsync("churn", 1)).Verdict!.Verdict.ShouldBe("refused");

        project.Edit("roc_auc >= 0.99", "roc_auc >= 0.75");
        var plan = await home.Client.PlanProjectAsync(project.Wire);
        plan.Steps.Where(s => s.Step.StartsWith("train:", StringComparison.Ordinal)).ShouldAllBe(s => s.Action == "reuse");
        plan.Steps.Single(s => s.Step == "gate").Action.ShouldBe("run");
        (await project.Result(home.Client)).Verdict.ShouldBe("promoted", "a changed gate asks again and trains nothing");
    }

    [Fact]
    public async Task Without_a_signal_nothing_is_registered()
    {
        await using var home = await TestHome.Start();
        using var project = new SampleProject(1_200);
        var lines = File.ReadAllLines(project.Source);
        var random = new Random(1);
        var answers = lines.Skip(1).Select(l => l[(l.LastIndexOf(',') + 1)..]).OrderBy(_ => random.Next()).ToList(); // the answers of other people
        File.WriteAllLines(project.Source, [lines[0], .. lines.Skip(1).Select((l, i) => l[..(l.LastIndexOf(',') + 1)] + answers[i])]);

        var result = await project.Result(home.Client);

        result.Verdict.ShouldBe("no_signal");
        result.Version.ShouldBeNull();
        result.Summary.ShouldStartWith("No signal");
        (await home.Client.FindProjectAsync("churn"))!.Champion.ShouldBeNull();
    }

    [Fact]
    public async Task Data_that_break_the_contract_fail_the_run_with_every_violation()
    {
        await using var home = await TestHome.Start();
        using var project = new SampleProject(300);
        var text = File.ReadAllText(project.Source);
        File.WriteAllText(project.Source, text.Replace("Fiber", "Fibre", StringComparison.Ordinal).Replace(",North,", ",Nord,", StringComparison.Ordinal));

        var run = await project.Run(home.Client);

        run.State.ShouldBe("failed");
        run.Problem!.Code.ShouldBe("data.contract-broken");
        run.Problem.Errors!.Count.ShouldBeGreaterThanOrEqualTo(2);
        run.Tasks[0].State.ShouldBe("failed");
        run.Tasks.Skip(1).ShouldAllBe(t => t.State == "pending");
    }

    [Fact]
    public async Task A_file_with_problems_is_refused_before_anything_is_stored()
    {
        await using var home = await TestHome.Start();
        using var project = new SampleProject(100);
        project.Edit("roc_auc >= 0.75", "roc_auk >= 0.75");
        project.Edit("target:", "tarbet: 1\ntarget:");

        var refused = await Should.ThrowAsync<CairnException>(() => home.Client.RunProjectAsync(new RunProject(project.Wire)));

        refused.Problem.Code.ShouldBe("project.invalid");
        refused.Problem.Errors!.Count.ShouldBe(2);
        refused.Problem.Errors[0].Field.ShouldStartWith("cairn.yaml:");
        (await home.Client.ListProjectsAsync()).Items.ShouldBeEmpty();
        (await home.Client.ListFlowRunsAsync()).Items.ShouldBeEmpty();
        (await Should.ThrowAsync<CairnException>(() => home.Client.PlanProjectAsync(project.Wire))).Problem.Code.ShouldBe("project.invalid");
    }

    [Theory]
    [InlineData("plan", """{"folder": "/nowhere"}""")]
    [InlineData("plan", """{"folder": "/nowhere", "files": null}""")]
    [InlineData("plan", """{"files": {"cairn.yaml": null}}""")]
    [InlineData("run", """{"project": {"folder": "/nowhere"}}""")]
    [InlineData("run", """{}""")]
    public async Task A_request_without_the_files_of_a_project_is_refused(string what, string body)
    {
        await using var home = await TestHome.Start();

        var answer = await home.Http.PostAsync($"/api/v1/projects/{what}", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        await answer.ShouldBeProblem(System.Net.HttpStatusCode.BadRequest, "project.files-invalid");
    }

    [Fact]
    public async Task A_run_that_a_stopping_server_interrupted_is_resumed_and_leaves_nothing_twice()
    {
        var folder = TestHome.NewFolder();
        using var project = new SampleProject();
        project.Edit("trials: 2", "trials: 25");
        project.Edit("[logistic_regression, xgboost]", "[logistic_regression, random_forest]");
        var first = await TestHome.Start(folder);
        var id = (await first.Client.RunProjectAsync(new RunProject(project.Wire))).FlowRunId;
        await first.Client.WaitForFlowRunAsync(id, run => ThrowWhenTraining(run)).ContinueWith(_ => { }, TaskScheduler.Default);
        await first.Stop();

        await using var home = await TestHome.Start(folder);
        var interrupted = await home.Client.GetFlowRunAsync(id);
        interrupted.State.ShouldBe("interrupted");
        interrupted.Tasks.Single(t => t.Name == "snapshot").State.ShouldBe("succeeded");

        await home.Client.ResumeFlowRunAsync(id);
        var resumed = await home.Client.WaitForFlowRunAsync(id);

        resumed.State.ShouldBe("succeeded", resumed.Message);
        var result = System.Text.Json.JsonSerializer.Deserialize<LifecycleResult>(resumed.Result!.Value, CairnJson.Options)!;
        result.Version.ShouldBe(1);
        var runs = (await home.Client.ListRunsAsync(result.ExperimentId)).Items;
        runs.Count(r => r.Status == "finished").ShouldBe(2);
        runs.ShouldAllBe(r => r.Status == "finished" || r.Status == "killed");

        static void ThrowWhenTraining(FlowRunWire run)
        {
            if (run.Tasks.Any(t => t.Name.StartsWith("train:", StringComparison.Ordinal) && t is { State: "running", Progress: > 0 })) throw new OperationCanceledException();
        }
    }

    [Fact]
    public async Task One_run_at_a_time_for_a_project_and_a_cancelled_one_frees_it()
    {
        await using var home = await TestHome.Start();
        using var project = new SampleProject();
        project.Edit("trials: 2", "trials: 25");
        var id = (await home.Client.RunProjectAsync(new RunProject(project.Wire))).FlowRunId;

        var busy = await Should.ThrowAsync<CairnException>(() => home.Client.RunProjectAsync(new RunProject(project.Wire)));
        busy.Problem.Code.ShouldBe("flow.busy");
        busy.Problem.Detail.ShouldContain(id);

        await home.Client.CancelFlowRunAsync(id);
        (await home.Client.WaitForFlowRunAsync(id)).State.ShouldBe("cancelled");
        project.Edit("trials: 25", "trials: 1");
        (await project.Result(home.Client)).Verdict.ShouldBe("promoted");
        (await home.Client.ListFlowRunsAsync("projects/churn")).Items.Select(r => r.State).ShouldBe(["succeeded", "cancelled"]);
    }
}

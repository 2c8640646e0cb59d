using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests.Faults;

/// <summary>kill -9 at any moment: what was acknowledged is there, the run is complete or marked interrupted, and goes on where it stopped.</summary>
public class KillTests
{
    /// <param name="milliseconds">After the first sign of life; 0 stands for "at once".</param>
    [Theory]
    [InlineData(0)]
    [InlineData(250)]
    [InlineData(700)]
    [InlineData(1500)]
    [InlineData(3000)]
    public async Task A_killed_run_can_be_taken_up(int milliseconds)
    {
        using var folder = new TestFolder();
        await folder.Project(Tables.Bank(2000));
        Slow(folder);

        string acknowledged;
        using (var run = CairnProcess.Start(folder, "run", "bank"))
        {
            await run.Says(" done");
            await Task.Delay(milliseconds);
            acknowledged = run.OutSoFar;
            run.Kill();
        }

        (await CairnProcess.Run(folder, "doctor")).ShouldSucceed();
        var project = (await CairnProcess.Run(folder, "projects", "show", "bank", "--json")).ShouldSucceed().Json;
        project.GetProperty("last_run").GetProperty("state").GetString().ShouldBeOneOf("interrupted", "succeeded");

        var tasks = project.GetProperty("last_run").GetProperty("tasks").EnumerateArray().ToList();
        foreach (var line in acknowledged.Split('\n').Where(l => l.Contains(" done", StringComparison.Ordinal)))
        {
            var name = line.Trim().Split(' ')[0];
            tasks.Single(t => t.GetProperty("name").GetString() == name).GetProperty("state").GetString().ShouldBe("succeeded", line);
        }

        var again = await CairnProcess.Run(folder, "run", "bank");
        again.ExitCode.ShouldBe(0, again.All);
        if (project.GetProperty("last_run").GetProperty("state").GetString() == "interrupted") again.Out.ShouldContain("goes on where it stopped");
        (await CairnProcess.Run(folder, "predict", "bank", "--json", Tables.Customer)).ShouldSucceed();
        (await CairnProcess.Run(folder, "runs", "--json")).ShouldSucceed().Json.EnumerateArray().ShouldAllBe(r => r.GetProperty("status").GetString() != "running");
    }

    [Fact]
    public async Task Interrupting_a_run_stops_it_and_says_how_to_go_on()
    {
        using var folder = new TestFolder();
        await folder.Project(Tables.Bank(2000));
        Slow(folder);

        using (var run = CairnProcess.Start(folder, "run", "bank"))
        {
            await run.Says(" done");
            run.Interrupt();
            var ended = await run.End();
            ended.ExitCode.ShouldBe(130, ended.All);
            ended.Out.ShouldContain("takes it up where it stopped");
        }

        var again = await CairnProcess.Run(folder, "run", "bank");
        again.ExitCode.ShouldBe(0, again.All);
        again.Out.ShouldContain("goes on where it stopped");
    }

    /// <summary>Enough work that there is a middle to be killed in.</summary>
    private static void Slow(TestFolder folder)
    {
        var file = folder["bank/cairn.yaml"];
        File.WriteAllText(file, File.ReadAllText(file).Replace("trials: 2, folds: 3, repeats: 1", "trials: 6, folds: 5, repeats: 2", StringComparison.Ordinal));
    }
}

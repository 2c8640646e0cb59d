using System.Text.Json;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests.Lifecycle;

/// <summary>Somebody else's table in an empty folder, with no server running: each command owns the home for its length.</summary>
public class StrangerTests
{
    [Fact]
    public async Task A_table_becomes_a_served_model_with_four_commands()
    {
        using var folder = new TestFolder();
        folder.Write("customers.csv", Tables.Bank());

        var made = (await CairnProcess.Run(folder, "init", "bank", "--from", "customers.csv", "--target", "Exited")).ShouldSucceed();
        File.Exists(folder["bank/cairn.yaml"]).ShouldBeTrue();
        File.Exists(folder["bank/schema.yaml"]).ShouldBeTrue();
        made.Out.ShouldContain("CustomerId");
        folder.Quicken("bank");

        var plan = (await CairnProcess.Run(folder, "plan", "bank", "--json")).ShouldSucceed();
        plan.Json.GetProperty("steps").EnumerateArray().ShouldContain(s => s.GetProperty("action").GetString() == "run");

        var run = (await CairnProcess.Run(folder, "run", "bank", "--json")).ShouldSucceed();
        run.Json.GetProperty("verdict").GetString().ShouldBe("promoted", run.All);
        var model = run.Json.GetProperty("model").GetString()!;

        var one = (await CairnProcess.Run(folder, "predict", "bank", "--json", Tables.Customer, "--explain")).ShouldSucceed();
        one.Json.GetProperty("probability").GetDouble().ShouldBeInRange(0, 1);
        one.Json.GetProperty("explanation").GetProperty("contributions").GetArrayLength().ShouldBeGreaterThan(2);

        (await CairnProcess.Run(folder, "predict", "bank", "--file", "customers.csv", "--out", "scored.csv")).ShouldSucceed();
        var scored = await File.ReadAllLinesAsync(folder["scored.csv"]);
        scored.Length.ShouldBe(801);
        scored[0].ShouldBe("CustomerId,prediction,probability,prediction_id");
        scored[1].ShouldStartWith("C00000,");

        foreach (var list in (string[])["projects", "datasets", "runs", "models", "deployments", "audit"])
        {
            var listed = (await CairnProcess.Run(folder, list, "--json")).ShouldSucceed();
            listed.Json.ValueKind.ShouldBe(JsonValueKind.Array, listed.All);
            listed.Json.GetArrayLength().ShouldBeGreaterThan(0, list);
            (await CairnProcess.Run(folder, list)).ShouldSucceed();
        }

        (await CairnProcess.Run(folder, "projects", "list", "--name", "BAN", "--json")).ShouldSucceed().Json.GetArrayLength().ShouldBe(1);
        (await CairnProcess.Run(folder, "projects", "--name", "money", "--json")).ShouldSucceed().Json.GetArrayLength().ShouldBe(0);
        var id = run.Json.GetProperty("run_id").GetString()!;
        var edited = (await CairnProcess.Run(folder, "runs", "edit", id[..14], "--rename", "the one", "--describe", "kept", "--tag", "team=a=b", "--untag", "none", "--json")).ShouldSucceed().Json[0];
        (edited.GetProperty("name").GetString(), edited.GetProperty("tags").GetProperty("team").GetString()).ShouldBe(("the one", "a=b"));
        (await CairnProcess.Run(folder, "runs", "delete", id)).ShouldSucceed().Out.ShouldContain("the one: deleted");
        (await CairnProcess.Run(folder, "runs", "--name", "THE ONE", "--json")).ShouldSucceed().Json.GetArrayLength().ShouldBe(0);
        (await CairnProcess.Run(folder, "runs", "restore", id)).ShouldSucceed().Out.ShouldContain("the one: restored");
        (await CairnProcess.Run(folder, "runs", "edit", id)).ShouldFail(1);

        var version = run.Json.GetProperty("version").GetInt64();
        (await CairnProcess.Run(folder, "models", "show", model)).ShouldSucceed().Out.ShouldContain("champion");
        (await CairnProcess.Run(folder, "models", "history", model, "--json")).ShouldSucceed().Json[0].GetProperty("version").GetInt64().ShouldBe(version);
    }

    [Fact]
    public async Task Without_a_signal_nothing_is_promoted_and_the_exit_code_is_3()
    {
        using var folder = new TestFolder();
        await folder.Project(Tables.Noise());

        var ended = await CairnProcess.Run(folder, "run", "bank", "--json");

        ended.ExitCode.ShouldBe(3, ended.All);
        ended.Json.GetProperty("verdict").GetString().ShouldBe("no_signal");
        (await CairnProcess.Run(folder, "predict", "bank", "--json", Tables.Customer)).ShouldFail(1);
    }

    [Fact]
    public async Task No_promote_does_everything_but_the_move_and_promote_makes_it()
    {
        using var folder = new TestFolder();
        await folder.Project(Tables.Bank());

        var run = (await CairnProcess.Run(folder, "run", "bank", "--no-promote", "--json")).ShouldSucceed();

        run.Json.GetProperty("verdict").GetString().ShouldBe("passed");
        var (model, version) = (run.Json.GetProperty("model").GetString()!, run.Json.GetProperty("version").GetInt64());
        (await CairnProcess.Run(folder, "models", "--json")).Json[0].GetProperty("champion").ValueKind.ShouldBe(JsonValueKind.Null);
        (await CairnProcess.Run(folder, "promote", model, $"{version}", "--reason", "looked at it")).ShouldSucceed();
        (await CairnProcess.Run(folder, "models", "--json")).Json[0].GetProperty("champion").GetInt64().ShouldBe(version);
        (await CairnProcess.Run(folder, "audit")).ShouldSucceed().Out.ShouldContain("looked at it");
    }

    [Fact]
    public async Task Commands_work_beside_a_running_server_and_stop_ends_it()
    {
        using var folder = new TestFolder();
        await folder.Project(Tables.Bank());
        using var up = CairnProcess.Start(folder, "up", "--port", "0");
        await up.Says("Cairn serves on");

        (await CairnProcess.Run(folder, "run", "bank", "--json")).ShouldSucceed();
        (await CairnProcess.Run(folder, "runs", "--json")).ShouldSucceed().Json.GetArrayLength().ShouldBeGreaterThan(0);
        (await CairnProcess.Run(folder, "version", "--json")).ShouldSucceed().Json.GetProperty("server").GetProperty("url").GetString().ShouldNotBeNullOrEmpty();

        using (var second = CairnProcess.Start(folder, "up", "--port", "0"))
            (await second.End()).ShouldFail(1, "home.owned", $"{up.Pid}");

        (await CairnProcess.Run(folder, "stop")).ShouldSucceed();
        (await up.End()).ExitCode.ShouldBe(0);
        (await CairnProcess.Run(folder, "runs", "--json")).ShouldSucceed().Json.GetArrayLength().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_backup_of_a_running_server_comes_back_in_another_home()
    {
        using var folder = new TestFolder();
        await folder.Project(Tables.Bank());
        (await CairnProcess.Run(folder, "run", "bank")).ShouldSucceed();
        var asked = (await CairnProcess.Run(folder, "predict", "bank", "--json", Tables.Customer)).ShouldSucceed();

        using (var up = CairnProcess.Start(folder, "up", "--port", "0"))
        {
            await up.Says("Cairn serves on");
            (await CairnProcess.Run(folder, "backup", "all.tar")).ShouldSucceed();
            (await CairnProcess.Run(folder, "restore", "all.tar")).ShouldFail(1, "home.owned");
        }

        using var elsewhere = new TestFolder();
        (await CairnProcess.Run(elsewhere, "restore", folder["all.tar"])).ShouldSucceed();

        (await CairnProcess.Run(elsewhere, "doctor")).ShouldSucceed();
        var again = (await CairnProcess.Run(elsewhere, "predict", "--json", Tables.Customer)).ShouldSucceed();
        again.Json.GetProperty("probability").GetDouble().ShouldBe(asked.Json.GetProperty("probability").GetDouble());
        (await CairnProcess.Run(elsewhere, "restore", folder["all.tar"])).ShouldFail(1, "--replace");

        var cut = await File.ReadAllBytesAsync(folder["all.tar"]);
        await File.WriteAllBytesAsync(folder["cut.tar"], cut.AsMemory(0, cut.Length / 2));
        using var third = new TestFolder();
        (await CairnProcess.Run(third, "restore", folder["cut.tar"])).ShouldFail(1, "nothing was restored");
    }
}

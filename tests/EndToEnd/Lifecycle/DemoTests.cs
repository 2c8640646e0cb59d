using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests.Lifecycle;

public class DemoTests
{
    private static readonly string[] Metrics = ["roc_auc", "pr_auc", "log_loss", "brier", "accuracy"];

    [Fact]
    public async Task The_demo_tells_its_outcome_in_one_line_and_a_second_one_reuses_the_snapshot()
    {
        using var folder = new TestFolder();

        var first = (await CairnProcess.Run(folder, "demo", "--once", "--json", "--port", "0")).ShouldSucceed();

        ShouldBeAnOutcome(first.Json);
        first.Json.GetProperty("dataset_reused").GetBoolean().ShouldBeFalse();
        first.Out.Trim().Split('\n').Length.ShouldBe(1, "with --json standard output holds the result only");

        var second = (await CairnProcess.Run(folder, "demo", "--once", "--port", "0")).ShouldSucceed();

        second.Out.ShouldContain("reused");
        second.Out.ShouldContain(first.Json.GetProperty("dataset_version").GetString()![..12]);
    }

    [Fact]
    public async Task The_demo_on_telco_reaches_the_known_honest_level()
    {
        var telco = RealData.Telco();
        using var folder = new TestFolder();

        var ended = (await CairnProcess.Run(folder, "demo", "--data", telco, "--once", "--json", "--port", "0")).ShouldSucceed();

        ShouldBeAnOutcome(ended.Json);
        ended.Json.GetProperty("rows").GetInt64().ShouldBe(7043);
        ended.Json.GetProperty("metrics").GetProperty("roc_auc").GetDouble().ShouldBeInRange(0.81, 0.88);
        ended.Json.GetProperty("cross_validated").GetProperty("roc_auc").GetDouble().ShouldBeInRange(0.840, 0.856);
    }

    [Fact]
    public async Task A_busy_port_gives_way_to_the_next_one_and_is_named()
    {
        using var folder = new TestFolder();
        using var busy = new TcpListener(IPAddress.Loopback, 0);
        busy.Start();
        var port = ((IPEndPoint)busy.LocalEndpoint).Port;
        folder.Write("bank.csv", Tables.Bank());
        await folder.Project(Tables.Bank());

        using var up = CairnProcess.Start(folder, "up", "--port", $"{port}");
        (await up.End()).ShouldFail(1, $"{port}");

        var ended = (await CairnProcess.Run(folder, "demo", "--data", "bank.csv", "--target", "Exited", "--once", "--port", $"{port}")).ShouldSucceed();
        ended.Out.ShouldContain($"Port {port} is busy");
    }

    [Fact]
    public async Task The_demo_goes_on_serving_until_it_is_interrupted()
    {
        using var folder = new TestFolder();
        folder.Write("bank.csv", Tables.Bank());
        using var demo = CairnProcess.Start(folder, "demo", "--data", "bank.csv", "--target", "Exited", "--port", "0");
        await demo.Says("until Ctrl-C");

        var answer = (await CairnProcess.Run(folder, "predict", "bank", "--json", Tables.Customer)).ShouldSucceed();
        answer.Json.GetProperty("probability").GetDouble().ShouldBeInRange(0, 1);

        demo.Interrupt();
        (await demo.End()).ExitCode.ShouldBe(0);
        File.Exists(Path.Combine(folder.Home, "cairn.sock")).ShouldBeFalse();
    }

    private static void ShouldBeAnOutcome(JsonElement outcome)
    {
        outcome.GetProperty("verdict").GetString().ShouldBe("promoted");
        outcome.GetProperty("rows").GetInt64().ShouldBeGreaterThan(1000);
        outcome.GetProperty("dataset_version").GetString().ShouldNotBeNullOrEmpty();
        outcome.GetProperty("experiment_id").GetString()!.ShouldAllBe(c => char.IsAsciiDigit(c));
        outcome.GetProperty("run_id").GetString()!.Length.ShouldBe(32);
        outcome.GetProperty("model").GetString().ShouldNotBeNullOrEmpty();
        outcome.GetProperty("version").GetInt64().ShouldBeGreaterThan(0);
        foreach (var metric in Metrics)
        {
            outcome.GetProperty("metrics").GetProperty(metric).GetDouble().ShouldBeInRange(0, 1, metric);
            outcome.GetProperty("baseline").GetProperty(metric).GetDouble().ShouldBeInRange(0, 1, metric);
        }

        outcome.GetProperty("metrics").GetProperty("roc_auc").GetDouble().ShouldBeInRange(0.65, 0.97);
        outcome.GetProperty("metrics").GetProperty("roc_auc").GetDouble().ShouldBeGreaterThan(outcome.GetProperty("baseline").GetProperty("roc_auc").GetDouble());
        outcome.GetProperty("metrics").GetProperty("log_loss").GetDouble().ShouldBeLessThan(0.69);
        outcome.GetProperty("prediction_id").GetString()!.Length.ShouldBe(32);
        outcome.GetProperty("prediction").GetString().ShouldNotBeNullOrEmpty();
        outcome.GetProperty("probability").GetDouble().ShouldBeInRange(0, 1);
        outcome.GetProperty("url").GetString()!.ShouldStartWith("http://127.0.0.1:");
    }
}

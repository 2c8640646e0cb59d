using System.Net;
using System.Text;
using System.Text.Json;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests.Faults;

/// <summary>kill -9 in the middle of a canary, from the command line.</summary>
[Collection("kills")]
public class CanaryKillTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_canary_goes_on_at_its_step_after_the_death_of_the_process_and_can_be_aborted()
    {
        using var folder = new TestFolder();
        var project = await folder.Project(Tables.Bank(1000));
        (await CairnProcess.Run(folder, "run", "bank")).ShouldSucceed();
        var file = Path.Combine(project, "cairn.yaml");
        await File.WriteAllLinesAsync(file, (await File.ReadAllLinesAsync(file, Cancelled)).Select(
            line => line.TrimStart().StartsWith("algorithms:", StringComparison.Ordinal) ? "  algorithms: [random_forest]" : line), Cancelled);
        await CairnProcess.Run(folder, "run", "bank", "--no-promote");
        var deployment = (await CairnProcess.Run(folder, "deployments", "--json")).ShouldSucceed().Json[0].GetProperty("name").GetString()!;

        using (var server = CairnProcess.Start(folder, "up", "--port", "0"))
        {
            using var http = await ServerAddress.Connect(folder, server, Cancelled);
            (await CairnProcess.Run(folder, "deployments", "canary", "start", deployment, "--version", "2", "--step", "0.5:0:100", "--step", "1:0:1000000", "--max-different", "0.9", "--slow-factor", "1000", "--override", "--reason", "for the test"))
                .ShouldSucceed().Out.ShouldContain("running");
            for (var i = 0; i < 100 && (await Status(folder, deployment)).GetProperty("step").GetInt32() == 1; i++) await Ask(http, 100);
            (await Status(folder, deployment)).GetProperty("step").GetInt32().ShouldBe(2);
            server.Kill();
        }

        using var again = CairnProcess.Start(folder, "up", "--port", "0");
        using var after = await ServerAddress.Connect(folder, again, Cancelled);
        var canary = await Status(folder, deployment);
        (canary.GetProperty("state").GetString(), canary.GetProperty("step").GetInt32(), canary.GetProperty("past").GetArrayLength()).ShouldBe(("running", 2, 1));
        (await Ask(after, 20)).ShouldAllBe(version => version == 2);

        (await CairnProcess.Run(folder, "deployments", "canary", "abort", deployment, "--reason", "enough")).ShouldSucceed().Out.ShouldContain("aborted it: enough");
        (await Ask(after, 20)).ShouldAllBe(version => version == 1);
        (await CairnProcess.Run(folder, "deployments", "canary", "status", deployment, "--follow")).ShouldFail(1);
        (await CairnProcess.Run(folder, "deployments", "canary", "list", deployment)).ShouldSucceed().Out.ShouldContain("aborted");
    }

    private static async Task<JsonElement> Status(TestFolder folder, string deployment) =>
        (await CairnProcess.Run(folder, "deployments", "canary", "status", deployment, "--json")).ShouldSucceed().Json;

    /// <returns>Which version answered each row.</returns>
    private static async Task<List<long>> Ask(HttpClient http, int rows)
    {
        using var content = new StringContent($"[{string.Join(',', Enumerable.Repeat(Tables.Customer, rows))}]", Encoding.UTF8, "application/json");
        using var response = await http.PostAsync("/api/v1/predict", content, Cancelled);
        var body = await response.Content.ReadAsStringAsync(Cancelled);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, body);
        using var answer = JsonDocument.Parse(body);
        return [.. answer.RootElement.GetProperty("predictions").EnumerateArray().Select(one => one.GetProperty("version").GetInt64())];
    }
}

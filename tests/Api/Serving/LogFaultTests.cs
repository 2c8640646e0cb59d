using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Cairn.Client.Wire;
using Cairn.Serving;
using Microsoft.Data.Sqlite;

namespace Cairn.Api.Tests.Serving;

/// <summary>The log of predictions full, locked or damaged: refuse, or answer unlogged, as the deployment wants.</summary>
public class LogFaultTests
{
    private const string Predict = "/api/v1/deployments/coffee/predict";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_refuses_what_cannot_be_logged_and_loses_nothing_it_answered()
    {
        var home = Directory.CreateTempSubdirectory("cairn-test-").FullName;
        (await Run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", home)).ShouldBe(0);
        try
        {
            var host = await ServingHost.Start(home);
            await host.Deploy("coffee");
            await host.Deploy("tea", "tea", seed: 2);
            await Set(host, "answer", "tea"); // later there is no room for a setting either
            var (answered, refusal) = (new List<string>(), (Problem?)null);
            var body = $"[{string.Join(',', Enumerable.Repeat(CoffeeModel.Row, 400))}]";
            while (refusal is null && answered.Count < 200_000)
            {
                var response = await host.Post(Predict, body);
                if (response.StatusCode == HttpStatusCode.OK) answered.AddRange((await ServingHost.Read<PredictionsWire>(response)).Predictions.Select(p => p.PredictionId));
                else refusal = await ServingHost.ProblemOf(response);
            }

            (refusal!.Status, refusal.Code).ShouldBe((503, "predict.not-logged"));
            refusal.Detail.ShouldContain("space");
            (await host.Get<Predictions>().Problem(Cancelled)).ShouldNotBeNull();
            var unlogged = await host.Post("/api/v1/deployments/tea/predict", body);
            unlogged.StatusCode.ShouldBe(HttpStatusCode.OK);
            unlogged.Headers.GetValues("Cairn-Logged").ShouldBe(["false"]);

            (await Run("mount", "-o", "remount,size=64m", home)).ShouldBe(0);
            await Until(async () => (await host.Post(Predict, CoffeeModel.Row)).StatusCode == HttpStatusCode.OK);
            (await host.Get<Predictions>().Problem(Cancelled)).ShouldBeNull();
            foreach (var id in (string[])[answered[0], answered[answered.Count / 2], answered[^1]])
                (await host.Http.GetAsync($"/api/v1/predictions/{id}", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await host.LoggedRows()).ShouldBeGreaterThanOrEqualTo(answered.Count);
            await host.Stop();
        }
        finally
        {
            await Run("umount", "-l", home);
            Directory.Delete(home);
        }
    }

    [Theory]
    [InlineData("refuse")]
    [InlineData("answer")]
    public async Task A_locked_log_keeps_nobody_waiting_for_long(string choice)
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        await Set(host, choice);
        await ServingHost.Read<PredictionWire>(await host.Post(Predict, CoffeeModel.Row));

        await using (var other = new SqliteConnection($"Data Source={Path.Combine(host.Home, "predictions.db")};Pooling=False"))
        {
            await other.OpenAsync(Cancelled);
            await Execute(other, "BEGIN EXCLUSIVE");
            var first = await host.Post(Predict, CoffeeModel.Row);
            var second = await host.Post(Predict, CoffeeModel.Row);
            foreach (var response in (HttpResponseMessage[])[first, second])
            {
                if (choice == "answer") response.Headers.GetValues("Cairn-Logged").ShouldBe(["false"]);
                else (await ServingHost.ProblemOf(response)).Code.ShouldBe("predict.not-logged");
            }

            (await host.Get<Predictions>().Problem(Cancelled)).ShouldNotBeNull();
            await Execute(other, "ROLLBACK");
        }

        await Until(async () => await host.Post(Predict, CoffeeModel.Row) is { IsSuccessStatusCode: true } response && !response.Headers.Contains("Cairn-Logged"));
        (await host.Get<Predictions>().Problem(Cancelled)).ShouldBeNull();
    }

    [Theory]
    [InlineData("refuse")]
    [InlineData("answer")]
    public async Task A_damaged_log_stops_no_start_and_says_what_to_do(string choice)
    {
        var host = await ServingHost.Start();
        await host.Deploy("coffee");
        await Set(host, choice);
        await ServingHost.Read<PredictionWire>(await host.Post(Predict, CoffeeModel.Row));
        await host.Stop();
        foreach (var file in Directory.GetFiles(host.Home, "predictions.db*")) await File.WriteAllTextAsync(file, new string('x', 9000), Cancelled);

        await using var again = await ServingHost.Start(host.Home);
        var response = await again.Post(Predict, CoffeeModel.Row);

        if (choice == "answer") response.Headers.GetValues("Cairn-Logged").ShouldBe(["false"]);
        else (await ServingHost.ProblemOf(response)).Detail.ShouldContain("predictions.db is damaged");
        (await again.Get<Predictions>().Problem(Cancelled))!.ShouldContain("damaged");
    }

    private static async Task Set(ServingHost host, string choice, string deployment = "coffee")
    {
        using var content = new StringContent($$$"""{"log": {"when_unavailable": "{{{choice}}}"}}""", Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        (await host.Http.PatchAsync($"/api/v1/deployments/{deployment}", content, Cancelled)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task Until(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 200; i++)
        {
            if (await holds()) return;
            await Task.Delay(100, Cancelled);
        }

        Assert.Fail("It did not come to hold.");
    }

    private static async Task Execute(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    private static async Task<int> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        await process.WaitForExitAsync(Cancelled);
        return process.ExitCode;
    }
}

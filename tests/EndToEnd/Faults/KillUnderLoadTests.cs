using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests.Faults;

/// <summary>kill -9 while predictions are asked for: every one that was acknowledged is in the log.</summary>
[Collection("kills")]
public class KillUnderLoadTests
{
    private const int Clients = 8;

    /// <value>A few, or what <c>make torture</c> asks for.</value>
    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("TORTURE_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 10;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_acknowledged_prediction_survives_the_death_of_the_process()
    {
        using var folder = new TestFolder();
        await folder.Project(Tables.Bank(1000));
        (await CairnProcess.Run(folder, "run", "bank")).ShouldSucceed();
        var draw = new Random(7);
        var toVerify = new List<string>();
        var total = 0;

        for (var kill = 0; kill <= Kills; kill++)
        {
            // No shedding: what a busy server refuses it does not promise, and this is about what it does.
            using var server = CairnProcess.Start(folder, "up", "--port", "0", "--max-in-flight", "0");
            using var http = await ServerAddress.Connect(folder, server, Cancelled);
            await Verify(http, toVerify);
            total += toVerify.Count;
            if (kill == Kills) break;

            var acknowledged = new ConcurrentQueue<string>();
            var asking = Enumerable.Range(0, Clients).Select(client => Ask(http, client, acknowledged)).ToList();
            while (acknowledged.Count < Clients && !server.HasExited) await Task.Delay(10, Cancelled); // the first ones compile the code
            await Task.Delay(draw.Next(400), Cancelled);
            server.Kill();
            await Task.WhenAll(asking);
            toVerify = [.. acknowledged];
        }

        total.ShouldBeGreaterThan(Kills * Clients);
        TestContext.Current.SendDiagnosticMessage($"{Kills} kills, {total} acknowledged predictions, all in the log");
    }

    private static async Task Ask(HttpClient http, int client, ConcurrentQueue<string> acknowledged)
    {
        var one = Tables.Customer;
        var many = $$"""{"rows": [{{string.Join(',', Enumerable.Repeat(one, 20))}}]}""";
        try
        {
            while (true)
            {
                using var content = new StringContent(client == 0 ? many : one, Encoding.UTF8, "application/json");
                using var response = await http.PostAsync("/api/v1/predict", content, Cancelled);
                var body = await response.Content.ReadAsStringAsync(Cancelled);
                response.StatusCode.ShouldBe(HttpStatusCode.OK, body);
                using var answer = JsonDocument.Parse(body);
                if (client == 0) foreach (var row in answer.RootElement.GetProperty("predictions").EnumerateArray()) acknowledged.Enqueue(row.GetProperty("prediction_id").GetString()!);
                else acknowledged.Enqueue(answer.RootElement.GetProperty("prediction_id").GetString()!);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The server is dead. What was not answered was not promised.
        }
    }

    private static async Task Verify(HttpClient http, List<string> ids) => await Parallel.ForEachAsync(
        ids, new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = Cancelled }, async (id, cancellation) =>
        {
            using var response = await http.GetAsync($"/api/v1/predictions/{id}", cancellation);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, $"{id} was acknowledged: {await response.Content.ReadAsStringAsync(cancellation)}");
        });
}

using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Serving;

public class PredictionExportTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Csv_has_a_row_for_each_prediction_and_a_column_for_each_feature()
    {
        await using var host = await Filled();

        var text = await host.Http.GetStringAsync("/api/v1/predictions/export?deployment=coffee&format=csv", Cancelled);

        var lines = text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var header = lines[0].Split(',');
        header[..16].ShouldBe("prediction_id,time,deployment,variant,shadow,batch,model,version,package_digest,evaluator,entity,caller,prediction,probability,threshold,latency_us".Split(','));
        lines.Length.ShouldBe(1 + 40);
        foreach (var line in lines[1..])
        {
            var cells = line.Split(',');
            var logged = await Find(host, cells[0]);
            (cells[2], cells[3], cells[12]).ShouldBe(("coffee", "champion", logged.Prediction));
            double.Parse(cells[13], CultureInfo.InvariantCulture).ShouldBe(logged.Probability);
            Time.ToMicros(DateTimeOffset.Parse(cells[1], CultureInfo.InvariantCulture)).ShouldBe(logged.Time);
            header[16..].ShouldBe(logged.Features!.Select(feature => $"features.{feature.Feature}"));
            cells[16..].Select(cell => cell.Length == 0 ? (double?)null : float.Parse(cell, CultureInfo.InvariantCulture)).ShouldBe(logged.Features!.Select(feature => feature.Value));
        }
    }

    [Fact]
    public async Task Lines_of_JSON_are_predictions_with_their_features_as_an_object()
    {
        await using var host = await Filled();

        var text = await host.Http.GetStringAsync("/api/v1/predictions/export?deployment=coffee&format=ndjson", Cancelled);

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(40);
        foreach (var line in lines)
        {
            using var parsed = JsonDocument.Parse(line);
            var row = parsed.RootElement;
            var logged = await Find(host, row.GetProperty("prediction_id").GetString()!);
            row.GetProperty("probability").GetDouble().ShouldBe(logged.Probability);
            row.GetProperty("features").EnumerateObject().Select(member => (member.Name, member.Value.ValueKind == JsonValueKind.Null ? (double?)null : member.Value.GetSingle()))
                .ShouldBe(logged.Features!.Select(feature => (feature.Feature, feature.Value)));
        }
    }

    [Fact]
    public async Task Parquet_has_the_features_and_their_names_as_lists()
    {
        await using var host = await Filled();
        var path = Path.Combine(host.Home, "export.parquet");
        await using (var file = File.Create(path)) await new CairnClient(host.Http).ExportPredictionsAsync("coffee", "parquet", null, null, file, Cancelled);

        var rows = await host.Services.GetRequiredService<Analytics>().Run(
            [path],
            job =>
            {
                var found = new List<(string Id, double Probability, string Names, string Features)>();
                using var read = job.Query($"SELECT prediction_id, probability, feature_names::VARCHAR, features::VARCHAR FROM read_parquet({job.File(0)})");
                while (read.Next())
                {
                    for (var i = 0; i < read.Count; i++) found.Add((read.Texts(0).Text(i), read.Doubles(1)[i], read.Texts(2).Text(i), read.Texts(3).Text(i)));
                }

                return found;
            },
            Cancelled);

        rows.Count.ShouldBe(40);
        foreach (var row in rows)
        {
            var logged = await Find(host, row.Id);
            row.Probability.ShouldBe(logged.Probability);
            foreach (var feature in logged.Features!) row.Names.ShouldContain(feature.Feature);
            row.Features.Split(',').Length.ShouldBe(logged.Features!.Count);
        }
    }

    [Theory]
    [InlineData("csv", 3041)]
    [InlineData("ndjson", 3040)]
    public async Task An_export_larger_than_any_buffer_arrives_whole(string format, int lines)
    {
        await using var host = await Filled();
        var rows = string.Join(',', Enumerable.Repeat(CoffeeModel.Row, 3000));
        await ServingHost.Read<PredictionsWire>(await host.Post("/api/v1/deployments/coffee/predict", $$"""{"rows": [{{rows}}]}"""));

        var text = await host.Http.GetStringAsync($"/api/v1/predictions/export?deployment=coffee&format={format}", Cancelled);

        text.Length.ShouldBeGreaterThan(400_000);
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(lines);
    }

    [Fact]
    public async Task An_export_keeps_to_its_time()
    {
        await using var host = await Filled();
        var all = (await host.Http.GetStringAsync("/api/v1/predictions/export?deployment=coffee&format=ndjson", Cancelled)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

        var none = await host.Http.GetStringAsync($"/api/v1/predictions/export?deployment=coffee&format=csv&from={Time.ToMicros(DateTimeOffset.UtcNow.AddHours(1))}", Cancelled);

        all.ShouldBe(40);
        none.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(1);
    }

    [Fact]
    public async Task An_unknown_deployment_has_no_export()
    {
        await using var host = await ServingHost.Start();

        var answer = await host.Http.GetAsync("/api/v1/predictions/export?deployment=nothing&format=csv", Cancelled);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await ServingHost.ProblemOf(answer)).Code.ShouldBe("deployment.unknown");
    }

    [Fact]
    public async Task The_log_answers_questions_in_SQL()
    {
        await using var host = await Filled();
        var client = new CairnClient(host.Http);

        var answer = await client.QueryPredictionsAsync(new("SELECT prediction, count(*) AS n, min(features['age']) AS youngest FROM predictions GROUP BY prediction ORDER BY n DESC"), Cancelled);

        answer.Columns.ShouldBe([new("prediction", "VARCHAR"), new("n", "BIGINT"), new("youngest", "FLOAT")]);
        answer.Rows.Sum(row => row[1]!.Value.GetInt64()).ShouldBe(40);
        var refused = await Should.ThrowAsync<CairnException>(() => client.QueryPredictionsAsync(new("DROP VIEW predictions"), Cancelled));
        (refused.Code, refused.Problem.Status).ShouldBe(("prediction.query-invalid", 400));
    }

    private static async Task<LoggedPredictionWire> Find(ServingHost host, string id) => await ServingHost.Read<LoggedPredictionWire>(await host.Http.GetAsync($"/api/v1/predictions/{id}", Cancelled));

    /// <summary>25 predictions in a segment, 15 in blocks; every fourth does not say how many cups.</summary>
    private static async Task<ServingHost> Filled()
    {
        var host = await ServingHost.Start();
        await host.Deploy("coffee");
        await Predict(25);
        await LateClock.Seal(host.Services);
        await Predict(15);
        return host;

        async Task Predict(int rows)
        {
            var body = new StringBuilder();
            for (var i = 0; i < rows; i++) body.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $$"""{"age": {{20 + i}}, {{(i % 4 == 0 ? "" : $"\"cups\": {i % 9},")}} "roast": "light", "member": false}""");
            await ServingHost.Read<PredictionsWire>(await host.Post("/api/v1/deployments/coffee/predict", $$"""{"rows": [{{body}}]}"""));
        }
    }
}

using System.Text.Json.Nodes;
using Cairn.Kernel;
using Cairn.Serving;
using Cairn.Serving.Log;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Serving;

/// <summary>Whatever protocol asks, the same guest gets the same version, and shadows score the rows that were answered.</summary>
public class ProtocolVariantTests
{
    private const int Guests = 60;

    private static readonly List<JsonObject> Rows = [.. JsonNode.Parse(VariantTests.Rows(Enumerable.Range(0, Guests)))!.AsArray().Select(row => row!.AsObject())];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Path, media type, body.</summary>
    public static TheoryData<string, string, string> Requests => new()
    {
        { "/api/v1/deployments/coffee/predict", "application/x-ndjson", "\uFEFF\n " + string.Join("\r\n \n", Rows.Select(row => row.ToJsonString())) },
        { "/deployments/coffee/invocations", "application/json", $$"""{"dataframe_records": [{{string.Join(", ", Rows.Select(row => row.ToJsonString()))}}]}""" },
        { "/deployments/coffee/invocations", "application/json", $$"""{"dataframe_split": {"columns": ["guest", "age", "cups", "roast", "member"], "data": [{{string.Join(',', Rows.Select(row => $"[{row["guest"]!.ToJsonString()}, {row["age"]}, {row["cups"]}, \"dark\", true]"))}}]} }""" },
        { "/deployments/coffee/invocations", "text/csv", "guest,age,cups,roast,member\n" + string.Join('\n', Rows.Select(row => $"{row["guest"]},{row["age"]},{row["cups"]},dark,True")) },
        {
            "/v2/models/coffee/infer", "application/json",
            $$"""{"inputs": [{{string.Join(',', new[] { ("guest", "BYTES"), ("age", "INT64"), ("cups", "FP64"), ("roast", "BYTES"), ("member", "BOOL") }.Select(input => $$"""{"name": "{{input.Item1}}", "datatype": "{{input.Item2}}", "shape": [{{Guests}}, 1], "data": [{{string.Join(',', Rows.Select(row => row[input.Item1]!.ToJsonString()))}}]}"""))}}]}"""
        },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_guest_has_the_same_version_by_every_protocol(string path, string contentType, string body)
    {
        await using var host = await VariantTests.Start();
        await VariantTests.Set(host, "b", """{"version": 2, "weight": 0.5}""");
        (await host.Post("/api/v1/deployments/coffee/predict", VariantTests.Rows(Enumerable.Range(0, Guests)))).EnsureSuccessStatusCode();
        var expected = (await Logged(host)).ToDictionary(logged => logged.Record.Entity, logged => (logged.Source.Version, logged.Record.Probability), StringComparer.Ordinal);

        (await host.Post(path, body, contentType)).EnsureSuccessStatusCode();

        var again = (await Logged(host)).Skip(Guests).ToDictionary(logged => logged.Record.Entity, logged => (logged.Source.Version, logged.Record.Probability), StringComparer.Ordinal);
        again.ShouldBe(expected, ignoreOrder: true);
        again.Values.Select(by => by.Version).Distinct().Order().ShouldBe([1, 2]);
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_shadow_scores_the_rows_that_were_answered(string path, string contentType, string body)
    {
        await using var host = await VariantTests.Start();
        await VariantTests.Set(host, "shadow", """{"version": 1, "shadow": true}""");

        (await host.Post(path, body, contentType)).EnsureSuccessStatusCode();

        await VariantTests.Until(async () => (await Logged(host)).Count == 2 * Guests);
        foreach (var pair in (await Logged(host)).GroupBy(logged => logged.Record.Id))
        {
            pair.Count().ShouldBe(2);
            pair.Select(logged => (logged.Record.Probability, logged.Record.Entity)).Distinct().Count().ShouldBe(1, "the same version, so the same bits, of the same guest");
            pair.Count(logged => logged.Record.Flags.HasFlag(RecordFlags.Shadow)).ShouldBe(1);
        }
    }

    private static async Task<IReadOnlyList<LoggedPrediction>> Logged(ServingHost host)
    {
        var all = new List<LoggedPrediction>();
        await foreach (var some in host.Services.GetRequiredService<Predictions>().Scan(WorkspaceId.Default, "coffee", 0, long.MaxValue, Cancelled)) all.AddRange(some);
        return all;
    }
}

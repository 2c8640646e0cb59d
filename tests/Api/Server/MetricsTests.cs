using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Cairn.Api.Tests.Serving;

namespace Cairn.Api.Tests.Server;

public partial class MetricsTests
{
    [Fact]
    public async Task Metrics_are_in_the_Prometheus_text_format()
    {
        await using var home = await TestHome.Start();
        for (var i = 0; i < 3; i++) await home.Client.AboutAsync();
        await home.Client.CreateExperimentAsync(new("written"));
        await home.Http.GetAsync("/api/v1/nothing");

        var text = await home.Http.GetStringAsync("/metrics");

        var families = Families(text);
        families["http_server_request_duration_seconds"].ShouldBe("histogram");
        families["dotnet_process_memory_working_set_bytes"].ShouldBe("gauge");
        families["cairn_storage_commits_total"].ShouldBe("counter");
        families["cairn_storage_writes_total"].ShouldBe("counter");
        families["dotnet_gc_collections_total"].ShouldBe("counter");
        text.ShouldMatch("""http_server_request_duration_seconds_count\{http_request_method="GET",http_response_status_code="200",http_route="/api/v1/about"\} [3-9]""");
    }

    [Fact]
    public async Task A_counter_of_ours_appears_with_its_labels_escaped()
    {
        await using var home = await TestHome.Start();
        using var meter = new Meter("Cairn.Tests");
        var counter = meter.CreateCounter<long>("cairn.test.things", unit: "{thing}", description: "Things.");

        counter.Add(2, new KeyValuePair<string, object?>("kind", "a \"b\" \\ \n c"));
        counter.Add(1, new KeyValuePair<string, object?>("kind", "a \"b\" \\ \n c"));
        counter.Add(5, new KeyValuePair<string, object?>("kind", "other"));

        var text = await home.Http.GetStringAsync("/metrics");
        Families(text)["cairn_test_things_total"].ShouldBe("counter");
        text.ShouldContain("""cairn_test_things_total{kind="a \"b\" \\ \n c"} 3""");
        text.ShouldContain("""cairn_test_things_total{kind="other"} 5""");
    }

    [Fact]
    public async Task Each_variant_has_its_own_histogram_of_latencies()
    {
        var before = await ServingHost.Start(TestHome.NewFolder());
        await before.Deploy("measured");
        await before.Judge("coffee", await before.Register("coffee", seed: 2));
        (await before.Put("/api/v1/deployments/measured/variants/half", """{"version": 2, "weight": 0.5}""")).EnsureSuccessStatusCode();
        await before.Stop();
        await using var home = await TestHome.Start(before.Home);
        for (var i = 0; i < 4; i++)
        {
            using var rows = new StringContent($"[{string.Join(',', Enumerable.Repeat(CoffeeModel.Row, 100))}]", Encoding.UTF8, "application/json");
            (await home.Http.PostAsync("/api/v1/predict", rows)).EnsureSuccessStatusCode();
        }

        var text = await home.Http.GetStringAsync("/metrics");

        Families(text)["cairn_prediction_duration_seconds"].ShouldBe("histogram");
        foreach (var variant in (string[])["champion", "half"]) text.ShouldContain($$"""cairn_prediction_duration_seconds_count{deployment="measured",variant="{{variant}}"} 4""");
    }

    /// <summary>What promtool checks: every sample belongs to the family declared before it, buckets grow and end with the count.</summary>
    private static Dictionary<string, string> Families(string text)
    {
        text.ShouldEndWith("\n");
        var families = new Dictionary<string, string>(StringComparer.Ordinal);
        var samples = new HashSet<string>(StringComparer.Ordinal);
        var (current, lastBucket) = ("", 0.0);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal)) continue;
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                words[3].ShouldBeOneOf("counter", "gauge", "histogram");
                families.TryAdd(words[2], words[3]).ShouldBeTrue($"{words[2]} is declared twice");
                current = words[2];
                continue;
            }

            var sample = Sample().Match(line);
            sample.Success.ShouldBeTrue(line);
            var name = sample.Groups["name"].Value;
            var value = double.Parse(sample.Groups["value"].Value.Replace("+Inf", "∞", StringComparison.Ordinal), CultureInfo.InvariantCulture);
            samples.Add(line[..line.LastIndexOf(' ')]).ShouldBeTrue($"{line} comes twice");
            if (families[current] == "histogram")
            {
                name.ShouldBeOneOf(current + "_bucket", current + "_sum", current + "_count");
                if (name.EndsWith("_bucket", StringComparison.Ordinal))
                {
                    value.ShouldBeGreaterThanOrEqualTo(lastBucket, line);
                    lastBucket = value;
                }

                if (!name.EndsWith("_count", StringComparison.Ordinal)) continue;
                value.ShouldBe(lastBucket, line);
                lastBucket = 0;
            }
            else
            {
                name.ShouldBe(current);
                if (families[current] == "counter") name.ShouldEndWith("_total");
            }
        }

        return families;
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*",?)+\})? (?<value>[+-]?(\d+(\.\d+)?([eE][+-]?\d+)?|Inf)|NaN)$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sample();
}

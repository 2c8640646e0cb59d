using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;

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

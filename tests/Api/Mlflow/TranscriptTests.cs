using System.Diagnostics;
using System.Text.RegularExpressions;
using Cairn.Api.Tests.Server;
using Cairn.Unit.Tests.Storage;

namespace Cairn.Api.Tests.Mlflow;

/// <summary>
/// MLflow's own answers to about 300 requests, right and wrong, were recorded together with the scripts that sent them. The scripts run
/// against Cairn, and each line it answers otherwise is named here with what it answers instead.
/// </summary>
public partial class TranscriptTests
{
    private const string Folder = "mlflow-conformance";
    private const string NotHere = "404 {\"error_code\": \"ENDPOINT_NOT_FOUND\", ";

    /// <summary>Lines of the first script by name, and how ours begins. Where MLflow met a fault of its own (500) Cairn says what is wrong.</summary>
    private static readonly Dictionary<string, string> OfProbe = new(StringComparer.Ordinal)
    {
        ["exp get bad"] = "404 {\"error_code\": \"RESOURCE_DOES_NOT_EXIST\", \"message\": \"No Experiment with id=abc exists\"}",
        ["exp search OR"] = "400 {\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"Invalid clause(s) in filter string: 'OR'\"}",
        ["run create no body"] = "400 {\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"Missing value for required parameter 'experiment_id'.",
        ["met negts"] = "400 {\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"Invalid value -1 for parameter 'timestamp' supplied: metric 'm' (value=1).",
        ["get run"] = "200 {\"run\": {\"info\": {\"run_uuid\": \"<id>\"", // by key, not by when it was logged
        ["hist inf"] = "200 {\"metrics\": [{\"key\": \"i\", \"value\": ",
        ["hist nan"] = "200 {\"metrics\": [{\"key\": \"n\", \"value\": \"NaN\", \"timestamp\": 1, \"step\": 0}]}",
        ["hist bulk"] = "200 {\"metrics\": [{\"key\": \"n\", \"value\": \"NaN\", \"timestamp\": 1, \"step\": 0, \"run_id\": \"<id>\"}]}",
        ["search max50001"] = "400 {\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"Invalid value 50001 for parameter 'max_results' supplied. It must be at most 50000\"}",
        ["search badtok"] = "400 {\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"Invalid page token '!!'",
        ["search ob dup"] = "400 {\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"`order_by` contains duplicate fields: ['metrics.m']\"}",
        ["token"] = "None", // there is no next page
        ["rm slash"] = "400 {\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"'a/b' cannot name a model",
        ["rm colon"] = "400 {\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"'a:b' cannot name a model",
        ["mv local"] = "400 {\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"Invalid model version source: '/etc'.",
        ["mv dots"] = "400 {\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"Invalid model version source: 's3:/b/../x'.",
        ["stage"] = "200 {\"model_version\": {\"name\": \"m<n>\", \"version\": \"1\", ", // and it is champion
        ["stage none arch"] = "400 {\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"Model version transition cannot archive existing model versions because 'None'",
        ["alias get latest"] = "200 {\"model_version\": {\"name\": \"m<n>\", \"version\": \"2\", ", // the newest
        ["rm search gt"] = "400 {\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"Invalid comparator '>' not one of",
        ["mv search max"] = "400 {\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"Invalid value 200001 for parameter 'max_results'",
        ["rm search max"] = "400 {\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"Invalid value 1001 for parameter 'max_results'",
        ["rm search max0"] = "400 {\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"Invalid value 0 for parameter 'max_results'",
        ["rm get"] = "200 {\"registered_model\": {\"name\": \"m<n>\", \"creation_timestamp\": <n>, \"last_updated_timestamp\": <n>, \"description\": \"d\", \"latest_versions\": [{\"name\": \"m<n>\", \"version\": \"1\", ",
        ["unknown path"] = NotHere, ["wrong method"] = "405 {\"error_code\": \"ENDPOINT_NOT_FOUND\", ",
        ["preview"] = "404 {\"type\": \"https://cairn.dev/problems/request.no-such-route\"", ["mlflow-artifacts list"] = "200 {}", // MLflow was started without its proxy
        ["version"] = "200 '3.6'",
        ["host hdr"] = "403 {\"error_code\": \"PERMISSION_DENIED\"", ["origin"] = "403 {\"error_code\": \"PERMISSION_DENIED\"",
    };

    /// <summary>The same of the second script.</summary>
    private static readonly Dictionary<string, string> OfProbe2 = new(StringComparer.Ordinal)
    {
        ["O attributes.run_name desc"] = "200 [", // two of the names are random
        ["O run_id"] = "200 ['rA', 'rB', 'C', 'D'] None", // ids ascend with time
        ["O tags.mlflow.runName"] = "200 [",
        ["O artifact_uri"] = "200 ['rA', 'rB', 'C', 'D'] None",
        ["full page token"] = "(200, ['D', 'C', 'rB', 'rA'], None) (200, ['D', 'C'], '",
        ["exp rename dup"] = "400 {\"error_code\": \"RESOURCE_ALREADY_EXISTS\", \"message\": \"Experiment(name=Default) already exists.\"}",
        ["nan dup"] = "200 {}",
        ["lm search"] = "200 {\"models\": [", // AND in any case, as in all other searches
        ["mv from lm"] = "200 {\"model_version\": {\"name\": \"x<n>\", \"version\": \"1\", ", // and names the logged model
        ["lm get after reg"] = "200 {\"model\": {\"info\": {\"model_id\": \"m-<id>\", ", // and what it is registered as
        ["lm search bad"] = "400 {\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"Invalid attribute key 'foo' specified.",
        ["trace v3"] = NotHere, ["trace search"] = NotHere, ["trace get 404"] = NotHere, ["webhook bad"] = NotHere,
        ["rename deleted"] = "400 {\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"Cannot rename a non-active experiment.\"}",
    };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task What_MLflow_answers_to_the_first_script_Cairn_answers_too(bool postgres) => Replay("probe", OfProbe, postgres, until: null);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task What_MLflow_answers_to_the_second_script_Cairn_answers_too(bool postgres) => Replay("probe2", OfProbe2, postgres, until: null);

    /// <param name="until">What begins there is not of the protocol as far as Cairn speaks it.</param>
    private static async Task Replay(string script, Dictionary<string, string> ours, bool postgres, string? until)
    {
        var recorded = Lines(await File.ReadAllTextAsync(Shared($"transcripts/{script}.txt"), Cancelled), until);
        await using var database = postgres ? await TestPostgres.Create() : null;
        await using var home = await TestHome.Start(options => options with { PostgreSql = database?.ConnectionString });

        var (output, errors) = await Run(Shared($"{script}.py"), home.Server.Url!.ToString().TrimEnd('/'));
        var answered = Lines(output, until);
        if (until is null) errors.ShouldBeEmpty(output);

        answered.Select(line => line.Name).ShouldBe(recorded.Select(line => line.Name));
        recorded.Count.ShouldBeGreaterThan(70);
        var otherwise = answered.Zip(recorded).Where(pair => ours.TryGetValue(pair.First.Name, out var known)
                ? !pair.First.Text.StartsWith(known, StringComparison.Ordinal)
                : !Same(pair.First.Text, pair.Second.Text))
            .Select(pair => $"{pair.First.Name}\n  MLflow: {pair.Second.Text}\n  Cairn:  {pair.First.Text}");
        string.Join('\n', otherwise).ShouldBeEmpty();
    }

    /// <summary>Recorded lines are cut, at places that depend on the length of ids and addresses.</summary>
    private static bool Same(string one, string other)
    {
        var length = Math.Min(one.Length, other.Length);
        return Math.Max(one.Length, other.Length) - length <= 60 && string.CompareOrdinal(one, 0, other, 0, length) == 0;
    }

    private static List<(string Name, string Text)> Lines(string output, string? until)
    {
        var lines = new List<(string, string)>();
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("{'", StringComparison.Ordinal)) continue; // headers of the last answer
            var match = Line().Match(line);
            match.Success.ShouldBeTrue(line);
            var name = Id().Replace(match.Groups["name"].Value, "<id>");
            if (name == until) break;
            lines.Add((name, Alike(match.Groups["text"].Value)));
        }

        return lines;
    }

    /// <summary>Without what differs from run to run.</summary>
    private static string Alike(string text)
    {
        text = Blanks().Replace(text, " ").Replace("\": ", "\":", StringComparison.Ordinal).Replace("\":", "\": ", StringComparison.Ordinal).Replace(",\"", ", \"", StringComparison.Ordinal)
            .Replace("{ ", "{", StringComparison.Ordinal).Replace(" }", "}", StringComparison.Ordinal).Replace("[ ", "[", StringComparison.Ordinal).Replace(" ]", "]", StringComparison.Ordinal);
        text = LongNumber().Replace(Id().Replace(text, "<id>"), "<n>").Replace("file:///srv/artifacts", "mlflow-artifacts:", StringComparison.Ordinal);
        text = GivenName().Replace(text, "<name>");
        text = ExperimentId().Replace(text, "${field} <e>");
        text = WholeAsFraction().Replace(text, "${whole}");
        text = CutId().Replace(text, "\"run_uuid\": \"");
        return Choices().Replace(text, "{…}");
    }

    private static async Task<(string Output, string Errors)> Run(string script, string url)
    {
        using var process = new Process
        {
            StartInfo = new("python3", [script, url]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("python3 is not installed; the recorded scripts are written in it.");
        }

        var errors = process.StandardError.ReadToEndAsync(Cancelled);
        var output = await process.StandardOutput.ReadToEndAsync(Cancelled);
        await process.WaitForExitAsync(Cancelled);
        return (output, await errors);
    }

    private static string Shared(string path)
    {
        for (var folder = new DirectoryInfo(Repository.Root); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", Folder, path);
            if (File.Exists(file)) return file;
        }

        Assert.Skip($"shared/{Folder}/{path} stands in no folder above the repository.");
        return "";
    }

    [GeneratedRegex(@"^(?<name>F .*?(?= -> )|O .*?(?= -> )|run create(?= \{)|full page token|exp default order|inputs(?= \{)|neg max|token|lm create|outputs(?= \{)|[^:]*:?/?(?=: \d\d\d))(?: ->|:)? ?(?<text>.*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Line();

    [GeneratedRegex(@"\s+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Blanks();

    [GeneratedRegex("[0-9a-f]{32}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Id();

    [GeneratedRegex(@"(?<![\d.])\d{8,19}(?!\d)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LongNumber();

    [GeneratedRegex(@"\b[a-z]+-[a-z]+-\d{1,3}\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex GivenName();

    [GeneratedRegex(@"(?<field>""experiment_id"":|artifact_location"": ""mlflow-artifacts:/|experiment with id|artifacts:/) ?""?\d+""?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ExperimentId();

    [GeneratedRegex(@"(?<whole>\b\d+)\.0\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex WholeAsFraction();

    /// <summary>An id at the end of a line, cut.</summary>
    [GeneratedRegex(@"""run_uuid"": ""[0-9a-f]{1,31}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CutId();

    /// <summary>What is allowed, in an order that MLflow draws anew each time.</summary>
    [GeneratedRegex(@"\{'(?!key).*?(\}|$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Choices();
}

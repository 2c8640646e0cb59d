using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Kernel;
using Cairn.Learning.Packages;
using Cairn.Learning.Splits;

namespace Cairn.Unit.Tests.Learning.Packages;

public class PackageTests
{
    private static TelcoPackage Package => TelcoPackage.Of("xgboost");

    private static Refusal? Refused(string path, Func<byte[], byte[]?> change)
    {
        var files = Package.Files.ToDictionary(StringComparer.Ordinal);
        if (change(files[path]) is { } changed) files[path] = changed;
        else files.Remove(path);
        return TelcoPackage.Load(files).Refusal;
    }

    private static byte[] Edited(byte[] json, Action<JsonNode> edit)
    {
        var node = JsonNode.Parse(json)!;
        edit(node);
        return JsonSerializer.SerializeToUtf8Bytes(node);
    }

    [Fact]
    public void A_package_says_what_it_holds()
    {
        var predictor = Package.Load();

        Package.Files.Keys.ShouldBe(["MLmodel", "golden.json", "holdout.json", "input_example.json", "model.ubj", "pipeline.json", "schema.json"], ignoreOrder: true);
        predictor.Algorithm.ShouldBe("xgboost");
        (predictor.Positive, predictor.Negative, predictor.Threshold).ShouldBe(("Yes", "No", 0.1875));
        predictor.Features.ShouldBe(Package.Pipeline.Features);
        predictor.Inputs.Count.ShouldBe(19);
        predictor.Inputs[0].Name.ShouldBe("gender");
        var tenure = predictor.Inputs.Single(i => i.Name == "tenure");
        (tenure with { Example = null }).ShouldBe(new("tenure", "integer", true, null, 0, null));
        tenure.Example!.Value.GetInt32().ShouldBeInRange(0, 72);
        predictor.Inputs.Single(i => i.Name == "TotalCharges").Required.ShouldBeFalse();
        predictor.Inputs.Single(i => i.Name == "Contract").Categories.ShouldBe(["Month-to-month", "One year", "Two year"]);
    }

    [Fact]
    public void Hold_out_keys_are_those_of_the_test_rows()
    {
        var keys = RowKeys.Of(TelcoPackage.Frame, TelcoPackage.Schema);

        Package.Load().HoldoutKeys.ShouldBe(Package.Test.Select(row => keys[row]).ToHashSet(), ignoreOrder: true);
    }

    [Fact]
    public void Same_content_same_bytes()
    {
        var again = new TelcoPackage("xgboost");

        foreach (var (path, bytes) in Package.Files) again.Files[path].ShouldBe(bytes, path);
    }

    [Fact]
    public void MLmodel_is_what_mlflow_reads()
    {
        var yaml = Encoding.UTF8.GetString(Package.Files["MLmodel"]);
        var root = (YamlDotNet.RepresentationModel.YamlMappingNode)Yaml(yaml);
        string Text(params string[] path) => path.Aggregate((YamlDotNet.RepresentationModel.YamlNode)root, (node, key) => node[key]).ToString();

        Text("flavors", "xgboost", "data").ShouldBe("model.ubj");
        Text("flavors", "xgboost", "model_class").ShouldBe("xgboost.core.Booster");
        Text("flavors", "cairn", "format").ShouldBe("1");
        Text("run_id").ShouldBe("0193a1b2c3d47e5f8a9b0c1d2e3f4a5b");
        Text("utc_time_created").ShouldBe("2025-11-24 16:00:00.123456");
        Text("model_uuid").Length.ShouldBe(32);
        var inputs = JsonNode.Parse(Text("signature", "inputs"))!.AsArray();
        inputs.Count.ShouldBe(19);
        inputs.Single(i => (string?)i!["name"] == "tenure")!.ToJsonString().ShouldBe("""{"type":"long","name":"tenure","required":true}""");
        inputs.Single(i => (string?)i!["name"] == "Contract")!.ToJsonString().ShouldBe("""{"type":"string","name":"Contract","required":false}""");
        var example = JsonNode.Parse(Package.Files[Text("saved_input_example_info", "artifact_path")])!;
        example["columns"]!.AsArray().Count.ShouldBe(19);
        example["data"]![0]!.AsArray().Count.ShouldBe(19);
    }

    [Fact]
    public void Golden_rows_tell_of_no_one_customer_and_leave_out_what_may_be_missing()
    {
        var rows = JsonNode.Parse(Package.Files["golden.json"])!["rows"]!.AsArray();
        rows.Count.ShouldBe(20);
        rows[1]!["request"]!["TotalCharges"].ShouldBeNull();
        rows[1]!["request"]!["Contract"].ShouldBeNull();

        // tenure and charges together name a customer; in the package they never stand together.
        var customers = Telco.Rows.Select(row => (Telco.Value("tenure", row), Telco.Value("MonthlyCharges", row), Telco.Value("TotalCharges", row))).ToHashSet();
        foreach (var request in rows.Select(row => row!["request"]!))
            customers.ShouldNotContain(((double?)request["tenure"], (double?)request["MonthlyCharges"], (double?)request["TotalCharges"]));
    }

    [Fact]
    public void Every_file_is_needed_and_its_absence_named()
    {
        foreach (var path in Package.Files.Keys.Where(path => path != "input_example.json"))
        {
            var refusal = Refused(path, _ => null).ShouldNotBeNull();

            refusal.Code.ShouldBe("package.unreadable");
            refusal.Detail.ShouldContain(path);
        }
    }

    [Fact]
    public void A_file_that_is_cut_off_is_refused()
    {
        foreach (var path in Package.Files.Keys.Where(path => path is not "input_example.json" and not "MLmodel"))
            Refused(path, bytes => bytes[..(bytes.Length / 2)]).ShouldNotBeNull().Code.ShouldBe("package.unreadable", path);
    }

    [Fact]
    public void A_format_of_the_future_is_refused()
    {
        var refusal = Refused("MLmodel", yaml => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(yaml).Replace("format: 1", "format: 2", StringComparison.Ordinal))).ShouldNotBeNull();

        refusal.Code.ShouldBe("package.unreadable");
        refusal.Detail.ShouldContain("format 2");
    }

    [Fact]
    public void An_answer_with_other_bits_is_refused()
    {
        var refusal = Refused("golden.json", json => Edited(json, golden =>
        {
            var bits = (string)golden["rows"]![7]!["probability"]!;
            golden["rows"]![7]!["probability"] = bits[..^1] + (bits[^1] == '0' ? '1' : '0');
        })).ShouldNotBeNull();

        refusal.Code.ShouldBe("package.golden-rows");
        refusal.Detail.ShouldContain("golden row 7");
    }

    [Fact]
    public void A_pipeline_with_one_other_level_is_refused_and_the_feature_named()
    {
        var refusal = Refused("pipeline.json", json => Edited(json, pipeline =>
        {
            var levels = pipeline["steps"]!.AsArray().Single(step => (string?)step!["source"] == "gender")!["levels"]!.AsArray();
            (levels[0], levels[1]) = ((string)levels[1]!, (string)levels[0]!);
        })).ShouldNotBeNull();

        refusal.Code.ShouldBe("package.golden-rows");
        refusal.Detail.ShouldContain("gender=");
    }

    [Fact]
    public void A_model_of_another_pipeline_is_refused() =>
        Refused("pipeline.json", json => Edited(json, pipeline => pipeline["steps"]!.AsArray().RemoveAt(0))).ShouldNotBeNull().Detail.ShouldContain("features");

    [Fact]
    public void An_explanation_adds_up_and_names_the_columns_of_the_data()
    {
        var predictor = Package.Load();
        var row = predictor.NewRow();
        var json = new Utf8JsonReader(TelcoPackage.Request(0));
        json.Read();
        predictor.Read(ref json, row, "$").ShouldBeNull();

        var explanation = predictor.Explain(row);

        explanation.Unit.ShouldBe("log_odds");
        explanation.Contributions.Select(c => c.Feature).ShouldBe(Package.Pipeline.Steps.Select(s => s.Source), ignoreOrder: true);
        explanation.Contributions.Select(c => Math.Abs(c.Contribution)).ShouldBeInOrder(SortDirection.Descending);
        var logOdds = explanation.BaseValue + explanation.Contributions.Sum(c => c.Contribution);
        PortableMath.Sigmoid(logOdds).ShouldBe(predictor.Score(row), 1e-6);
    }

    [Fact]
    public void The_time_of_a_run_is_in_its_id()
    {
        var clock = new FixedClock(new(2026, 3, 1, 12, 0, 0, 5, TimeSpan.Zero));

        PackageWriter.TimeOf(Uuid7.New(clock)).ShouldBe(clock.Micros());
        PackageWriter.TimeOf("0123456789abcdef0123456789abcdef").ShouldBe(0);
        PackageWriter.TimeOf("run").ShouldBe(0);
    }

    private static YamlDotNet.RepresentationModel.YamlNode Yaml(string text)
    {
        var stream = new YamlDotNet.RepresentationModel.YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents[0].RootNode;
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}

using System.Text;
using System.Text.Json;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Learning.Preprocessing;

namespace Cairn.Unit.Tests.Learning.Preprocessing;

public class CompiledPlanTests
{
    private static readonly Schema Contract = new(
    [
        new("tenure", ColumnType.Integer, Min: 0, Max: 100), new("charge", ColumnType.Number, Nullable: true, Min: 0), new("active", ColumnType.Boolean),
        new("plan", ColumnType.Category, Categories: ["basic", "gold", "never seen"]), new("Zahl ung", ColumnType.Category, Nullable: true), new("since", ColumnType.Timestamp, Nullable: true),
    ]);

    private static readonly Pipeline Fitted = Fit();
    private static readonly CompiledPlan Plan = new(Fitted, Contract);

    private const string Good = """{"tenure":12,"charge":3.5,"active":true,"plan":"gold","Zahl ung":"bar","since":"1970-01-02T00:00:00Z"}""";

    private static Pipeline Fit()
    {
        var frame = new Frame(4,
        [
            new NumberColumn("tenure", [1, 2, 3, 4]), new NumberColumn("charge", [1, 2, double.NaN, 4]), new NumberColumn("active", [0, 1, 0, 1]),
            new CategoryColumn("plan", [0, 1, 0, 1], ["basic", "gold"]), new CategoryColumn("Zahl ung", [0, 1, 0, 1], ["bar", "kärtchen"]),
            new NumberColumn("since", [0, 1e9, 2e9, 3e9]),
        ]);
        return Pipeline.Fit(frame, [0, 1, 2, 3], Contract, [new("hours", "since / 3600000000")], dense: false);
    }

    private static (Refusal? Refusal, PredictorRow Row) Read(string text, string path = "$")
    {
        var row = Plan.NewRow();
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        json.Read();
        var refusal = Plan.Read(ref json, row, path);
        json.TokenType.ShouldBeOneOf(JsonTokenType.EndObject, JsonTokenType.EndArray, JsonTokenType.Number, JsonTokenType.String, JsonTokenType.Null);
        json.BytesConsumed.ShouldBe(Encoding.UTF8.GetByteCount(text));
        return (refusal, row);
    }

    private static Dictionary<string, float> Features(string text)
    {
        var (refusal, row) = Read(text);
        refusal.ShouldBeNull();
        return Fitted.Features.Zip(row.Features.ToArray()).ToDictionary(f => f.First, f => f.Second, StringComparer.Ordinal);
    }

    [Fact]
    public void A_row_becomes_the_feature_vector()
    {
        Fitted.Features.ShouldBe(["tenure", "charge", "active", "plan=basic", "plan=gold", "Zahl ung=bar", "Zahl ung=kärtchen", "hours"]);

        Read(Good).Row.Features.ToArray().ShouldBe([12, 3.5f, 1, 0, 1, 1, 0, 24]);
    }

    [Theory]
    [InlineData("""{"since":"1970-01-02T00:00:00Z","Zahl ung":"bar","plan":"gold","active":true,"charge":3.5,"tenure":12}""", "another order")]
    [InlineData("""{"\u0074enure":1.2e1,"charge":0.35E1,"active":true,"plan":"g\u006fld","Zahl\u0020ung":"bar","since":"1970-01-02T01:00:00+01:00"}""", "escapes, other spellings")]
    [InlineData("""{"x":[1,{"tenure":"?"}],"tenure":12,"y":{"plan":1},"charge":3.5,"active":true,"plan":"gold","Zahl ung":"bar","since":"1970-01-02","z":null}""", "members nobody asked for")]
    public void The_same_row_said_otherwise_is_the_same(string text, string why) => Read(text).Row.Features.ToArray().ShouldBe(Read(Good).Row.Features.ToArray(), why);

    [Fact]
    public void Null_and_absent_are_missing_where_the_contract_allows_it()
    {
        var features = Features("""{"tenure":12,"charge":null,"active":false,"plan":"basic"}""");

        features["charge"].ShouldBe(float.NaN);
        features["hours"].ShouldBe(float.NaN);
        features["Zahl ung=bar"].ShouldBe(0);
        features["Zahl ung=kärtchen"].ShouldBe(0);
    }

    [Fact]
    public void A_text_training_has_not_seen_is_no_level_where_the_contract_lists_none()
    {
        foreach (var text in new[] { "Scheck", "", "k\\u00e4rtchen!", new string('x', 10_000), "\\ud800" })
        {
            var features = Features(Good.Replace("\"bar\"", $"\"{text}\"", StringComparison.Ordinal));

            (features["Zahl ung=bar"], features["Zahl ung=kärtchen"]).ShouldBe((0, 0));
        }
    }

    [Fact]
    public void A_category_of_the_contract_that_training_has_not_seen_is_no_level()
    {
        var features = Features(Good.Replace("gold", "never seen", StringComparison.Ordinal));

        (features["plan=basic"], features["plan=gold"]).ShouldBe((0, 0));
    }

    [Theory]
    [InlineData("12,", "\"12\",", "$.tenure", "the text \"12\"", "a whole number from 0 to 100")]
    [InlineData("12,", "12.5,", "$.tenure", "12.5", "a whole number from 0 to 100")]
    [InlineData("12,", "101,", "$.tenure", "101", "a whole number from 0 to 100")]
    [InlineData("12,", "null,", "$.tenure", "null", "a whole number from 0 to 100")]
    [InlineData("12,", "[12],", "$.tenure", "a list", "a whole number from 0 to 100")]
    [InlineData("3.5", "-0.001", "$.charge", "-0.001", "a number of at least 0")]
    [InlineData("3.5", "1e999", "$.charge", "1e999", "a number of at least 0")]
    [InlineData("3.5", "{\"charge\":3.5}", "$.charge", "an object", "a number of at least 0")]
    [InlineData("true", "1", "$.active", "1", "true or false")]
    [InlineData("true", "\"true\"", "$.active", "the text \"true\"", "true or false")]
    [InlineData("\"gold\"", "\"Gold\"", "$.plan", "the text \"Gold\"", "one of \"basic\", \"gold\", \"never seen\"")]
    [InlineData("\"gold\"", "7", "$.plan", "7", "one of \"basic\", \"gold\", \"never seen\"")]
    [InlineData("\"bar\"", "false", "$['Zahl ung']", "false", "a text")]
    [InlineData("\"1970-01-02T00:00:00Z\"", "\"yesterday\"", "$.since", "the text \"yesterday\"", "a time as text, such as \"2026-03-01T12:30:00Z\"")]
    [InlineData("\"1970-01-02T00:00:00Z\"", "86400", "$.since", "86400", "a time as text, such as \"2026-03-01T12:30:00Z\"")]
    [InlineData("12,", "12,\"tenure\":13,", "$.tenure", "the member twice", "the member once")]
    [InlineData("\"tenure\":12,", "", "$.tenure", "nothing", "a whole number from 0 to 100")]
    public void What_breaks_the_contract_is_refused_with_field_found_and_expected(string good, string bad, string field, string found, string expected)
    {
        var refusal = Read(Good.Replace(good, bad, StringComparison.Ordinal)).Refusal.ShouldBeOfType<Refusal.Invalid>();

        refusal.Code.ShouldBe("predict.row-invalid");
        refusal.Fields.ShouldBe([new(field, found, expected)]);
    }

    [Fact]
    public void All_problems_of_a_row_come_at_once()
    {
        var refusal = Read("""{"charge":-1,"plan":"x"}""", "$.rows[3]").Refusal.ShouldNotBeNull();

        refusal.Fields.Select(f => f.Field).ShouldBe(["$.rows[3].charge", "$.rows[3].plan", "$.rows[3].tenure", "$.rows[3].active"]);
        refusal.Detail.ShouldStartWith("The row at $.rows[3] does not keep the contract of the model: $.rows[3].charge: found -1, expected a number of at least 0;");
        refusal.Detail.ShouldEndWith("; and 1 more.");
    }

    [Theory]
    [InlineData("[1,2]", "a list")]
    [InlineData("7", "7")]
    [InlineData("null", "null")]
    public void A_row_that_is_no_object_is_refused(string text, string found) =>
        Read(text).Refusal!.Fields.ShouldBe([new("$", found, "an object with one member for each input")]);

    [Fact]
    public void A_long_value_is_shortened_in_the_message() =>
        Read(Good.Replace("gold", new string('g', 5_000), StringComparison.Ordinal)).Refusal!.Fields[0].Found.Length.ShouldBeLessThan(100);

    [Fact]
    public void A_refused_row_leaves_nothing_behind_for_the_next()
    {
        var row = Plan.NewRow();
        foreach (var text in new[] { """{"tenure":99,"charge":5,"active":"?"}""", """{"tenure":12,"active":true,"plan":"gold"}""" })
        {
            var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            json.Read();
            Plan.Read(ref json, row, "$");
        }

        row.Features.ToArray().ShouldBe(Read("""{"tenure":12,"active":true,"plan":"gold"}""").Row.Features.ToArray());
    }

    [Fact]
    public void Reading_a_good_row_allocates_nothing()
    {
        var bytes = Encoding.UTF8.GetBytes(Good.Replace("bar", "unseen", StringComparison.Ordinal));
        var row = Plan.NewRow();
        void Once()
        {
            var json = new Utf8JsonReader(bytes);
            json.Read();
            if (Plan.Read(ref json, row, "$") is not null) throw new InvalidOperationException("The row is good.");
        }

        for (var i = 0; i < 100; i++) Once();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Once();

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}

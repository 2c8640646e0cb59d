using Cairn.Data;
using Cairn.Kernel;
using Cairn.Projects.Files;

namespace Cairn.Unit.Tests.Projects;

public sealed class SchemaFileTests
{
    [Fact]
    public void What_is_written_reads_back_as_it_was()
    {
        var schema = new Schema(
            [
                new("id", ColumnType.Text, Pii: true),
                new("tenure", ColumnType.Integer, Min: 0, Max: 72),
                new("charge", ColumnType.Number, Nullable: true, Min: -0.5, Max: 1e-9),
                new("a column: with \"odd\" name", ColumnType.Category, Categories: ["Yes", "No", "", "null", "a, b", "x: y", " lead", "tab\there", "- dash", "#hash", "1.0", "naïve"]),
                new("a.b", ColumnType.Category, Categories: ["yes", "no", "on", "~", "007", "1_000", "0x1F", "😀", "it's", "back\\slash", "two\nlines", "trail ", "a  b", "- ", "!tag", "&a", "*a", "%", "@x", "{x}", "\u00a0", "\u0085"]),
                new("😀 'mood'?", ColumnType.Number), new("no", ColumnType.Number), new("null", ColumnType.Number), new("007", ColumnType.Number), new("#", ColumnType.Number), new("[x]", ColumnType.Number),
                new("since", ColumnType.Timestamp, AtPrediction: false),
                new("paid", ColumnType.Boolean, Nullable: true),
                new("Churn", ColumnType.Category, Categories: ["No", "Yes"]),
            ],
            "id");

        var problems = new List<FieldProblem>();
        var read = SchemaFile.Read("schema.yaml", SchemaFile.Write(schema, "data.csv"), problems)!;

        problems.ShouldBeEmpty();
        read.Key.ShouldBe("id");
        read.Columns.Count.ShouldBe(schema.Columns.Count);
        foreach (var (was, now) in schema.Columns.Zip(read.Columns))
        {
            (now with { Categories = null }).ShouldBe(was with { Categories = null });
            (now.Categories ?? []).ShouldBe(was.Categories ?? []);
        }
    }

    [Theory]
    [InlineData("a: { type: categry, categories: [x] }", "columns.a.type", "'categry'", "category?")]
    [InlineData("a: { nullable: true }", "columns.a.type", "no such key", "number, integer")]
    [InlineData("a: floaty", "columns.a", "'floaty'", "one of number")]
    [InlineData("a: { type: category }", "columns.a.categories", "none", "type: text")]
    [InlineData("a: { type: category, categories: [x, y, x] }", "columns.a.categories", "'x' twice", "once")]
    [InlineData("a: { type: text, categories: [x] }", "columns.a.categories", "categories of a text", "type: category")]
    [InlineData("a: { type: number, min: 3, max: 2 }", "columns.a.min", "3, above max", "at most 2")]
    [InlineData("a: { type: text, min: 3 }", "columns.a.min", "a bound of a text", "numbers")]
    [InlineData("a: { type: number, min: low }", "columns.a.min", "'low'", "a number")]
    [InlineData("a: { type: number, nullable: maybe }", "columns.a.nullable", "'maybe'", "true or false")]
    [InlineData("a: { type: text, key: true, nullable: true }", "columns.a.key", "may be missing", "nullable: false")]
    [InlineData("a: { type: text, ky: true }", "columns.a.ky", "an unknown key", "key?")]
    [InlineData("a: [1]", "columns.a", "a list of 1", "keys and values")]
    public void A_wrong_column_is_named_with_its_line(string column, string key, string found, string expected)
    {
        var problems = new List<FieldProblem>();
        SchemaFile.Read("schema.yaml", "columns:\n  first: number\n  " + column, problems);

        var problem = problems.First(p => p.Field == $"schema.yaml:3 {key}");
        problem.Found.ShouldContain(found);
        problem.Expected.ShouldContain(expected);
    }

    [Fact]
    public void A_second_key_is_refused()
    {
        var problems = new List<FieldProblem>();
        SchemaFile.Read("schema.yaml", "columns:\n  a: { type: text, key: true }\n  b: { type: text, key: true }", problems);
        problems.Single().ToString().ShouldBe("schema.yaml:3 columns.b.key: found a second key column, expected one: 'a' is marked already");
    }

    [Fact]
    public void A_schema_without_columns_is_refused()
    {
        var problems = new List<FieldProblem>();
        SchemaFile.Read("schema.yaml", "colums: { a: number }", problems).ShouldBeNull();
        problems.Select(p => p.Field).ShouldBe(["schema.yaml:1 colums", "schema.yaml:1 columns"]);
    }
}

using Cairn.Data;

namespace Cairn.Unit.Tests.Data.Contracts;

public sealed class ContractCheckTests : IAsyncDisposable
{
    private readonly DataHome _home = new();

    private static readonly Schema Customers = new(
        [
            new("id", ColumnType.Text), new("tenure", ColumnType.Integer, Min: 0, Max: 100), new("charges", ColumnType.Number, Nullable: true, Min: 0),
            new("contract", ColumnType.Category, Categories: ["Month-to-month", "Two year"]), new("churn", ColumnType.Category, Categories: ["Yes", "No"]),
        ],
        Key: "id", Target: new("churn", "Yes"));

    [Fact]
    public async Task Data_that_keeps_its_contract_has_no_violations()
    {
        var report = await _home.Validate("id,tenure,charges,contract,churn,extra\na,1,2.5,Two year,Yes,!\nb,2,,Month-to-month,No,!\n", Customers);

        report.Valid.ShouldBeTrue();
        report.Rows.ShouldBe(2);
        report.Rules.ShouldBeGreaterThan(12);
        report.Notes.ShouldContain(n => n == "Column extra is not in the contract and is left out.");
    }

    [Fact]
    public async Task All_violations_are_reported_at_once_with_counts_and_rows()
    {
        var report = await _home.Validate(
            "id,tenure,charges,contract\na,1,1,Two year\na,x,-1,Two year\n,,inf,One year\nb,101,2,\na,5,,Two year\n", Customers);

        report.Violations.Select(v => (v.Column, v.Rule, v.Rows)).ShouldBe(
        [
            ("id", "not-null", 1), ("id", "unique-key", 2), ("tenure", "type", 1), ("tenure", "not-null", 1), ("tenure", "range", 1), ("charges", "type", 1), ("charges", "range", 1),
            ("contract", "not-null", 1), ("contract", "categories", 1), ("churn", "column-missing", 5),
        ]);
        Find(report, "id", "unique-key").Examples.ShouldBe([new(2, "a"), new(5, "a")]);
        Find(report, "id", "not-null").Examples.ShouldBe([new(3, null)]);
        Find(report, "tenure", "range").Examples.ShouldBe([new(4, "101")]);
        Find(report, "tenure", "range").Expected.ShouldBe("0 to 100");
        Find(report, "charges", "range").Examples.ShouldBe([new(2, "-1")]);
        Find(report, "contract", "categories").Found.ShouldContain("'One year'");
    }

    [Fact]
    public async Task Only_the_first_five_rows_are_examples()
    {
        var report = await _home.Validate("n,m\n" + string.Concat(Enumerable.Range(1, 10_000).Select(i => i % 10 == 0 ? "x,1\n" : "1,1\n")), new Schema([new("n", ColumnType.Number)]));

        var violation = report.Violations.ShouldHaveSingleItem();
        violation.Rows.ShouldBe(1000);
        violation.Examples.Select(e => e.Row).ShouldBe([10, 20, 30, 40, 50]);
    }

    [Theory]
    [InlineData("churn\nYes\nYes\n", "only 'Yes'")]
    [InlineData("churn\nNo\nNo\n", "only 'No'")]
    [InlineData("churn\nYes\nNo\nMaybe\n", "perhaps more")]
    [InlineData("churn\nyes\nno\n", "no 'Yes'")]
    public async Task A_target_has_two_classes_and_one_of_them_is_the_positive_one(string csv, string found) =>
        (await _home.Validate(csv, new Schema([new("churn", ColumnType.Category)], Target: new("churn", "Yes")))).Violations.ShouldHaveSingleItem().Found.ShouldContain(found);

    [Theory]
    [InlineData(ColumnType.Integer, "1", "y\n1\n0\n1.0\n")]
    [InlineData(ColumnType.Number, "1.0", "y\n1\n0\n")]
    [InlineData(ColumnType.Boolean, "Yes", "y\ntrue\nfalse\n1\n")]
    public async Task Classes_compare_by_value(ColumnType type, string positive, string csv) =>
        (await _home.Validate(csv, new Schema([new("y", type)], Target: new("y", positive)))).Violations.ShouldBeEmpty();

    [Fact]
    public async Task A_target_without_value_breaks_the_contract_even_where_nullable() =>
        (await _home.Validate("y,x\nYes,1\nNo,1\n,1\n", new Schema([new("y", ColumnType.Category, Nullable: true)], Target: new("y", "Yes")))).Violations.ShouldHaveSingleItem().Rule.ShouldBe("not-null");

    [Fact]
    public async Task For_scoring_the_target_may_be_absent_or_present()
    {
        var without = await _home.Datasets.Read(_home.File("id,tenure,charges,contract\na,1,1,Two year\n"), Customers, DataHome.Cancellation);
        var with = await _home.Datasets.Read(_home.File("id,tenure,charges,contract,churn\na,1,1,Two year,\n"), Customers with { Columns = [.. Customers.Columns.Select(c => c.Name == "churn" ? c with { Nullable = true } : c)] }, DataHome.Cancellation);

        without.Value.Columns.Select(c => c.Name).ShouldBe(["id", "tenure", "charges", "contract"]);
        with.Value.Columns.Count.ShouldBe(5);
    }

    [Fact]
    public async Task Rows_for_scoring_that_break_the_contract_are_refused_with_their_numbers()
    {
        var refusal = (await _home.Datasets.Read(_home.File("id,tenure,charges,contract\na,1,1,Two year\nb,-1,1,One year\n"), Customers, DataHome.Cancellation)).Refusal.ShouldNotBeNull();

        refusal.Code.ShouldBe("data.contract-broken");
        refusal.Fields.Select(f => f.Field).ShouldBe(["tenure", "contract"]);
        refusal.Fields[0].Found.ShouldContain("row 2");
    }

    [Fact]
    public async Task A_contract_that_contradicts_itself_is_refused_before_the_file_is_opened()
    {
        var schema = new Schema([new("a", ColumnType.Text, Min: 1), new("A", ColumnType.Number, Min: 2, Max: 1)], Key: "b", Target: new("c", "1"));

        var refusal = (await _home.Datasets.Validate("/no/such/file", schema, DataHome.Cancellation)).Refusal.ShouldNotBeNull();

        refusal.Code.ShouldBe("data.contract-invalid");
        refusal.Fields.Count.ShouldBe(5);
    }

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    private static Violation Find(ValidationReport report, string column, string rule) => report.Violations.Single(v => v.Column == column && v.Rule == rule);
}

using Cairn.Data;

namespace Cairn.Unit.Tests.Data.Inference;

public sealed class InspectionTests : IAsyncDisposable
{
    private readonly DataHome _home = new();

    [Fact]
    public async Task Telco_is_understood_as_it_is()
    {
        var found = (await _home.Datasets.Inspect(RealData.Find("data/telco-churn/telco_churn.csv"), "Churn", null, null, DataHome.Cancellation)).Value;

        found.Rows.ShouldBe(7043);
        found.Schema.Key.ShouldBe("customerID");
        found.Schema.Target.ShouldBe(new TargetContract("Churn", "Yes"));
        var total = found.Schema.Find("TotalCharges").ShouldNotBeNull();
        total.Type.ShouldBe(ColumnType.Number);
        total.Nullable.ShouldBeTrue();
        total.Min.ShouldBe(0);
        found.Columns.Single(c => c.Name == "TotalCharges").Missing.ShouldBe(11);
        found.Columns.Single(c => c.Name == "TotalCharges").Max.ShouldBe(8684.8);
        found.Schema.Find("SeniorCitizen").ShouldNotBeNull().Type.ShouldBe(ColumnType.Integer);
        found.Schema.Find("SeniorCitizen")!.Max.ShouldBe(1);
        found.Schema.Find("tenure")!.Type.ShouldBe(ColumnType.Integer);
        found.Schema.Find("Contract")!.Categories.ShouldBe(["Month-to-month", "One year", "Two year"]);
        found.Schema.Find("PhoneService")!.Pii.ShouldBeFalse();
        found.Schema.Columns.Count(c => c.Type == ColumnType.Category).ShouldBe(16);
        found.Notes.ShouldContain(n => n.Contains("TotalCharges has no value in 11 of 7043 rows"));
    }

    [Theory]
    [InlineData("1\n2\n3", ColumnType.Integer)]
    [InlineData("1\n2.5\n3", ColumnType.Number)]
    [InlineData("1\nNA\n3", ColumnType.Integer)]
    [InlineData("0\n1\n1", ColumnType.Integer)]
    [InlineData("true\nFalse\ntrue", ColumnType.Boolean)]
    [InlineData("yes\nno\nyes", ColumnType.Category)]
    [InlineData("2017-10-01\n2017-10-02\n", ColumnType.Timestamp)]
    [InlineData("01.10.2017\n02.10.2017\n", ColumnType.Timestamp)]
    [InlineData("10/31/2017\n10/01/2017\n", ColumnType.Timestamp)]
    [InlineData("10/02/2017\n10/01/2017\n10/01/2017", ColumnType.Text)]
    [InlineData("9007199254740993\n9007199254740995\n1", ColumnType.Text)]
    [InlineData("inf\n1\n2", ColumnType.Text)]
    [InlineData("1,000\n2,000\n2,000", ColumnType.Category, ";")]
    [InlineData(" \n \n", ColumnType.Text)]
    public async Task A_column_gets_the_type_all_of_its_values_have(string values, ColumnType type, string delimiter = ",")
    {
        var csv = $"v{delimiter}w\n" + string.Concat(values.TrimEnd('\n').Split('\n').Select(v => $"{v}{delimiter}1\n"));

        (await _home.Inspect(csv)).Value.Schema.Find("v")!.Type.ShouldBe(type);
    }

    [Fact]
    public async Task One_late_value_of_another_type_makes_the_column_text_and_a_note_says_so()
    {
        var csv = "v,w\n" + string.Concat(Enumerable.Range(0, 6000).Select(i => $"{i},1\n")) + "?,1\n";

        var found = (await _home.Inspect(csv)).Value;

        found.Schema.Find("v")!.Type.ShouldBe(ColumnType.Text);
        found.Notes.ShouldContain(n => n.Contains("most of its values are numbers") && n.Contains("1 rows are not"));
    }

    [Fact]
    public async Task Constant_and_empty_columns_are_noted()
    {
        var found = (await _home.Inspect("a,b,c\n1,x,\n2,x,\n3,x,\n")).Value;

        found.Notes.ShouldContain(n => n == "b has the same value in every row that has one: it cannot help a model.");
        found.Notes.ShouldContain(n => n == "c has no value in any row: it is read as text and is no feature.");
        found.Schema.Find("c")!.Nullable.ShouldBeTrue();
    }

    [Fact]
    public async Task Ten_thousand_categories_are_text()
    {
        var found = (await _home.Inspect("c,v\n" + string.Concat(Enumerable.Range(0, 30_000).Select(i => $"k{i % 10_000},1\n")))).Value;

        found.Schema.Find("c")!.Type.ShouldBe(ColumnType.Text);
        found.Notes.ShouldContain(n => n == "c is text (10000 different values): it is carried along and is no feature.");
        found.Columns.Single(c => c.Name == "c").Distinct.ShouldBe(10_000);
    }

    [Fact]
    public async Task Personal_data_is_guessed_from_names_and_values()
    {
        string Line(int i) => $"{i},Surname{i},user{i}@example.org,+49 170 12345{i:00},{(i % 2 == 0 ? "Yes" : "No")},note {i}\n";
        var found = (await _home.Inspect("CustomerId,Surname,contact,reach,PhoneService,remark\n" + string.Concat(Enumerable.Range(0, 60).Select(Line)))).Value;

        found.Schema.Columns.Where(c => c.Pii).Select(c => c.Name).ShouldBe(["Surname", "contact", "reach"]);
        found.Schema.Key.ShouldBe("CustomerId");
    }

    [Fact]
    public async Task A_column_that_counts_the_rows_is_no_feature()
    {
        var found = (await _home.Inspect("RowNumber,x\n" + string.Concat(Enumerable.Range(1, 50).Select(i => $"{i},{i * i % 7}\n")))).Value;

        found.Schema.Find("RowNumber")!.AtPrediction.ShouldBeFalse();
        found.Notes.ShouldContain(n => n.StartsWith("RowNumber counts the rows from 1 to 50"));
    }

    [Theory]
    [InlineData("y\na\na\n", "y", null, "data.target-classes", "one class")]
    [InlineData("y\na\nb\nc\n", "y", null, "data.target-classes", "3 classes ('a', 'b', 'c')")]
    [InlineData("y,x\nYes,1\n,1\nNo,1\n", "y", null, "data.target-missing", "in 1 rows (first: 2)")]
    [InlineData("y\na\nb\n", "y", null, "data.target-positive", "'a' or 'b'")]
    [InlineData("y\na\nb\n", "y", "c", "data.target-positive", "'c' is no class")]
    [InlineData("Churn,x\nYes,1\nNo,2\n", "churn", null, "data.target-unknown", "Did you mean 'Churn'?")]
    public async Task A_column_that_cannot_be_the_target_is_refused_with_the_reason(string csv, string target, string? positive, string code, string says)
    {
        var refusal = (await _home.Inspect(csv, target, positive)).Refusal.ShouldNotBeNull();

        refusal.Code.ShouldBe(code);
        refusal.Detail.ShouldContain(says);
    }

    [Theory]
    [InlineData("y\nYes\nNo\n", null, "Yes")]
    [InlineData("y\n0\n1\n", null, "1")]
    [InlineData("y\ntrue\nfalse\n", null, "true")]
    [InlineData("y\nno\nchurned\n", null, "churned")]
    [InlineData("y\nWon\nLost\n", "Won", "Won")]
    [InlineData("y\n0\n1\n", "1.0", "1")]
    public async Task The_positive_class_is_named_or_evident(string csv, string? positive, string expected) =>
        (await _home.Inspect(csv, "y", positive)).Value.Schema.Target.ShouldBe(new TargetContract("y", expected));

    [Fact]
    public async Task A_key_that_repeats_is_refused()
    {
        var refusal = (await _home.Inspect("id,x\na,1\na,2\nb,3\n", key: "id")).Refusal.ShouldNotBeNull();

        refusal.Code.ShouldBe("data.key-broken");
        refusal.Detail.ShouldContain("1 rows repeat");
    }

    [Fact]
    public async Task Cancellation_stops_a_long_inspection()
    {
        var path = _home.File("a,b,c\n" + string.Concat(Enumerable.Range(0, 400_000).Select(i => $"{i},text {i * 7},{i % 13}.5\n")));
        using var cancel = new CancellationTokenSource();
        // A thread of its own, and the inspection's own folder as the sign that it is at work: a timer may fire late, when all is done.
        var cancelling = new Thread(() =>
        {
            while (_home.LeftBehind.Count == 0) Thread.Yield();
            cancel.Cancel();
        }) { IsBackground = true };
        cancelling.Start();

        await Should.ThrowAsync<OperationCanceledException>(() => _home.Datasets.Inspect(path, null, null, null, cancel.Token));

        _home.LeftBehind.ShouldBeEmpty();
    }

    public ValueTask DisposeAsync() => _home.DisposeAsync();
}

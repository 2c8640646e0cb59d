using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Kernel;

namespace Cairn.Unit.Tests.Data.Profiles;

public sealed class ProfileTests : IAsyncDisposable
{
    private static readonly Schema Contract = new(
        [
            new("id", ColumnType.Text), new("n", ColumnType.Integer, Nullable: true), new("f", ColumnType.Number, Nullable: true), new("b", ColumnType.Boolean, Nullable: true),
            new("c", ColumnType.Category, Nullable: true, Categories: ["x", "y", "z"]), new("t", ColumnType.Timestamp, Nullable: true), new("town", ColumnType.Category, Categories: ["A", "B"], Pii: true),
            new("y", ColumnType.Category, Categories: ["No", "Yes"]),
        ],
        Key: "id", Target: new("y", "Yes"));

    private readonly DataHome _home = new();

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    [Fact]
    public async Task Every_type_is_described_with_missing_values_and_positives_counted()
    {
        var profile = await Profile("id,n,f,b,c,t,town,y\n1,5,0.5,yes,x,2017-10-01,A,Yes\n2,,1.5,no,x,,B,No\n3,7,,,y,2017-10-03,A,No\n4,7,2.5,no,,2017-10-02,B,Yes\n", Contract);

        (profile.Rows, profile.Target, profile.Positive, profile.Positives, profile.Labelled).ShouldBe((4, "y", "Yes", 2, 4));
        profile.Columns.Select(column => (column.Name, column.Missing, column.Distinct)).ShouldBe([("id", 0, 4), ("n", 1, 2), ("f", 1, 3), ("b", 1, 2), ("c", 1, 2), ("t", 1, 3), ("town", 0, 2), ("y", 0, 2)]);
        Of(profile, "n").Buckets.ShouldBe([new(null, 5, 5, 1, 1), new(null, 6, 6, 0, 0), new(null, 7, 7, 2, 1)]);
        Of(profile, "f").Numbers.ShouldBe(new NumberProfileWire(0.5, 1, 1.5, 2, 2.5, 1.5, 1));
        Of(profile, "f").Buckets.Count.ShouldBe(24);
        Of(profile, "f").Buckets.Sum(bucket => bucket.Rows).ShouldBe(3);
        Of(profile, "b").Buckets.ShouldBe([new("false", null, null, 2, 1), new("true", null, null, 1, 1)]);
        Of(profile, "c").Buckets.ShouldBe([new("x", null, null, 2, 1), new("y", null, null, 1, 0)]);
        Of(profile, "t").Numbers!.Min.ShouldBe(1506816000000000);
        Of(profile, "t").Numbers!.Max.ShouldBe(1506988800000000);
    }

    [Fact]
    public async Task Texts_and_personal_values_are_not_told_and_neither_they_nor_the_target_are_called_telling()
    {
        var profile = await Profile("id,n,f,b,c,t,town,y\n1,5,0.5,yes,x,2017-10-01,A,Yes\n2,,1.5,no,x,,B,No\n", Contract);

        Of(profile, "id").Buckets.ShouldBeEmpty();
        Of(profile, "town").Buckets.ShouldBeEmpty();
        (Of(profile, "id").AucAlone, Of(profile, "y").AucAlone).ShouldBe((null, null));
        Of(profile, "town").AucAlone.ShouldBe(1);
    }

    [Fact]
    public async Task A_column_that_is_empty_or_has_one_value_or_reaches_the_ends_of_doubles_is_described_too()
    {
        var schema = new Schema([new("empty", ColumnType.Number, Nullable: true), new("same", ColumnType.Number), new("vast", ColumnType.Number)]);

        var profile = await Profile("empty,same,vast\n,2.5,-1.7e308\n,2.5,1.7e308\n,2.5,0\n", schema);

        (profile.Target, profile.Positives, profile.Labelled).ShouldBe((null, null, null));
        (Of(profile, "empty").Numbers, Of(profile, "empty").Missing).ShouldBe((null, 3));
        Of(profile, "same").Buckets.ShouldBe([new(null, 2.5, 2.5, 3, null)]);
        Of(profile, "vast").Buckets.Sum(bucket => bucket.Rows).ShouldBe(3);
        (Of(profile, "vast").Buckets[0].Rows, Of(profile, "vast").Buckets[12].Rows, Of(profile, "vast").Buckets[23].Rows).ShouldBe((1, 1, 1));
    }

    /// <summary>Against Python: statistics.quantiles(inclusive) and stdev, and the rank sum of Mann and Whitney counted in plain Python.</summary>
    [Fact]
    public async Task Telco_customers_have_the_numbers_that_python_finds()
    {
        var file = RealData.Find("data/telco-churn/telco_churn.csv");
        var inspection = (await _home.Datasets.Inspect(file, "Churn", "Yes", "customerID", DataHome.Cancellation)).Value;

        var profile = await Profile(file, inspection.Schema, isFile: true);

        (profile.Positives, profile.Labelled).ShouldBe((1869, 7043));
        var tenure = Of(profile, "tenure");
        (tenure.Numbers!.LowerQuartile, tenure.Numbers.Median, tenure.Numbers.UpperQuartile, tenure.Numbers.Max, tenure.Distinct).ShouldBe((9, 29, 55, 72, 73));
        tenure.Numbers.Mean.ShouldBe(32.37114865824223, 1e-9);
        tenure.Numbers.StandardDeviation!.Value.ShouldBe(24.55948102309446, 1e-9);
        tenure.AucAlone!.Value.ShouldBe(0.7398671755286288, 1e-12);
        Of(profile, "TotalCharges").AucAlone!.Value.ShouldBe(0.6517318198271915, 1e-12);
        Of(profile, "TotalCharges").Missing.ShouldBe(11);
        Of(profile, "Contract").AucAlone!.Value.ShouldBe(0.7391084533256065, 1e-12);
        Of(profile, "PaymentMethod").AucAlone!.Value.ShouldBe(0.6712364762446632, 1e-12);
        Of(profile, "Contract").Buckets[0].ShouldBe(new("Month-to-month", null, null, 3875, 1655));
        Of(profile, "MonthlyCharges").Buckets.Select(bucket => bucket.Rows).ShouldBe([1184, 420, 77, 50, 84, 84, 248, 303, 273, 202, 160, 189, 397, 437, 442, 332, 328, 356, 380, 370, 322, 208, 121, 76]);
    }

    [Fact]
    public async Task A_profile_is_worked_out_once_for_a_content_whatever_its_name()
    {
        var version = await Take(_home.File("a,y\n1,Yes\n2,No\n"), new([new("a", ColumnType.Number), new("y", ColumnType.Category, Categories: ["No", "Yes"])], Target: new("y", "Yes")));
        var first = await _home.Datasets.Profile(WorkspaceId.Default, version, DataHome.Cancellation);

        var again = await _home.Datasets.Profile(WorkspaceId.Default, version with { Dataset = "other", Version = 9 }, DataHome.Cancellation);

        again.Columns.ShouldBeSameAs(first.Columns);
        (again.Dataset, again.Version).ShouldBe(("other", 9));
        _home.LeftBehind.ShouldBeEmpty();
    }

    [Fact]
    public async Task After_a_restart_it_is_read_and_not_worked_out_again()
    {
        var version = await Take(_home.File("a,y\n1,Yes\n2,No\n"), new([new("a", ColumnType.Number), new("y", ColumnType.Category, Categories: ["No", "Yes"])], Target: new("y", "Yes")));
        var first = await _home.Datasets.Profile(WorkspaceId.Default, version, DataHome.Cancellation);
        using var restarted = new Datasets(_home.Home.Database, _home.Home.Blobs, new() { Home = _home.Home.Folder }, TimeProvider.System);
        var unreadable = version with { Parts = [new(Digest.Of("no such part"u8), 2, 10)] };

        var again = await restarted.Profile(WorkspaceId.Default, unreadable, DataHome.Cancellation);

        JsonSerializer.Serialize(again, CairnJson.Options).ShouldBe(JsonSerializer.Serialize(first, CairnJson.Options));
        await Should.ThrowAsync<InvalidDataException>(() => restarted.Profile(new WorkspaceId("other"), unreadable, DataHome.Cancellation));
    }

    private static ColumnProfileWire Of(DatasetProfileWire profile, string column) => profile.Columns.Single(one => one.Name == column);

    private async Task<DatasetProfileWire> Profile(string csv, Schema schema, bool isFile = false) =>
        await _home.Datasets.Profile(WorkspaceId.Default, await Take(isFile ? csv : _home.File(csv), schema), DataHome.Cancellation);

    private async Task<DatasetVersion> Take(string path, Schema schema) => (await _home.Datasets.Take(Caller.LocalAdmin, "rows", path, schema, null, DataHome.Cancellation)).Value.Version;
}

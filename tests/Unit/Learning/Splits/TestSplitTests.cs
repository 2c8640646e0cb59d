using Cairn.Data;
using Cairn.Learning.Splits;

namespace Cairn.Unit.Tests.Learning.Splits;

public class TestSplitTests
{
    private static readonly Schema Keyed = new([new("id", ColumnType.Text), new("x", ColumnType.Number)], Key: "id");

    [Fact]
    public void The_test_split_holds_the_same_share_of_each_class()
    {
        var (labels, keys) = Rows(1000);

        var split = TestSplit.Stratified(labels, keys, 0.2, 42);

        split.Test.Length.ShouldBe(200);
        split.Test.Count(r => labels[r] > 0).ShouldBe(50);
        split.Train.Concat(split.Test).Order().ShouldBe(Enumerable.Range(0, 1000));
        split.Test.ShouldBe(split.Test.Order());
    }

    [Fact]
    public void A_customer_keeps_his_split_when_rows_are_shuffled()
    {
        var (labels, keys) = Rows(1000);
        var reversed = TestSplit.Stratified([.. labels.Reverse()], [.. keys.Reverse()], 0.2, 42);

        reversed.Test.Select(r => 999 - r).Order().ShouldBe(TestSplit.Stratified(labels, keys, 0.2, 42).Test);
    }

    [Fact]
    public void Nearly_every_customer_keeps_his_split_when_the_data_grows()
    {
        var (labels, keys) = Rows(6000);
        var before = TestSplit.Stratified(labels.AsSpan(0, 5000), keys.AsSpan(0, 5000), 0.2, 42).Test.ToHashSet();
        var after = TestSplit.Stratified(labels, keys, 0.2, 42).Test.Where(r => r < 5000).ToHashSet();

        before.Intersect(after).Count().ShouldBeGreaterThan(950); // by chance it would be 200
    }

    [Fact]
    public void Another_seed_is_another_split()
    {
        var (labels, keys) = Rows(1000);

        TestSplit.Stratified(labels, keys, 0.2, 1).Test.Intersect(TestSplit.Stratified(labels, keys, 0.2, 2).Test).Count().ShouldBeInRange(20, 65);
    }

    [Fact]
    public void The_few_of_a_rare_class_stand_on_both_sides()
    {
        float[] labels = [1, 1, .. new float[48]];

        var split = TestSplit.Stratified(labels, [.. Enumerable.Range(0, 50).Select(i => (ulong)i)], 0.1, 42);

        split.Test.Count(r => labels[r] > 0).ShouldBe(1);
        split.Train.Count(r => labels[r] > 0).ShouldBe(1);
    }

    [Fact]
    public void A_row_key_follows_the_text_of_the_key_column_only()
    {
        var one = RowKeys.Of(new Frame(2, [new TextColumn("id", ["a", "b"]), new NumberColumn("x", [1, 2])]), Keyed);
        var two = RowKeys.Of(new Frame(2, [new NumberColumn("x", [7, 8]), new CategoryColumn("id", [1, 0], ["b", "a"])]), Keyed);

        two.ShouldBe(one);
        one[0].ShouldNotBe(one[1]);
    }

    [Fact]
    public void Without_a_key_column_the_whole_row_is_its_key()
    {
        var schema = Keyed with { Key = null };
        var keys = RowKeys.Of(new Frame(3, [new TextColumn("id", ["a", "a", null]), new NumberColumn("x", [1, 2, double.NaN])]), schema);

        keys.Distinct().Count().ShouldBe(3);
        RowKeys.Contents(new Frame(2, [new TextColumn("id", ["a", "b"]), new NumberColumn("x", [1, 1])]), Keyed).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public void Two_columns_do_not_run_into_each_other()
    {
        var schema = new Schema([new("a", ColumnType.Text), new("b", ColumnType.Text)]);

        RowKeys.Of(new Frame(2, [new TextColumn("a", ["xy", "x"]), new TextColumn("b", ["z", "yz"])]), schema).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public void By_time_nothing_to_train_on_is_as_late_as_anything_to_test_on()
    {
        var time = new NumberColumn("at", [50, 10, 40, 20, 40, 30, 40, 60, 5, 1]);

        var split = TestSplit.ByTime(time, null, 0.3).Value;

        split.Test.ShouldBe([0, 2, 4, 6, 7]);
        split.Train.Max(r => time.Values[r]).ShouldBeLessThan(split.Test.Min(r => time.Values[r]));
        TestSplit.ByTime(time, 45, 0.3).Value.Test.ShouldBe([0, 7]);
    }

    [Fact]
    public void A_split_by_time_that_leaves_nothing_is_refused_with_the_range_there_is()
    {
        var time = new NumberColumn("at", [0, 86_400_000_000]);

        var refusal = TestSplit.ByTime(time, 10 * 86_400_000_000L, 0.2).Refusal!;

        refusal.Code.ShouldBe("learning.split-empty");
        refusal.Detail.ShouldContain("1970-01-01T00:00:00Z to 1970-01-02T00:00:00Z");
        TestSplit.ByTime(new("at", [1, double.NaN]), null, 0.5).Refusal!.Code.ShouldBe("learning.time-missing");
    }

    private static (float[] Labels, ulong[] Keys) Rows(int count)
    {
        var frame = new Frame(count, [new TextColumn("id", [.. Enumerable.Range(0, count).Select(i => $"customer {i}")]), new NumberColumn("x", new double[count])]);
        return ([.. Enumerable.Range(0, count).Select(i => i % 4 == 0 ? 1f : 0f)], RowKeys.Of(frame, Keyed));
    }
}

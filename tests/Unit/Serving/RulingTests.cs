using Cairn.Serving.Truth;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Unit.Tests.Serving;

public class RulingTests
{
    private const long Undated = long.MinValue;

    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(1500).WithEndSize(12);

    [Theory]
    [InlineData("one word decides", "Yes@5", "Yes since 5")]
    [InlineData("the later observation decides", "No@5 Yes@9", "Yes since 9")]
    [InlineData("also when it came first", "Yes@9 No@5", "Yes since 9")]
    [InlineData("it became true with the first that says so", "Yes@5 Yes@9", "Yes since 5")]
    [InlineData("but not before it was last said to be otherwise", "Yes@1 No@5 Yes@7 Yes@9", "Yes since 7")]
    [InlineData("two at the same time contradict: the first stays", "Yes@5 No@5", "Yes since 5 contradicted")]
    [InlineData("a later observation settles that", "Yes@5 No@5 No@6", "No since 6")]
    [InlineData("two without a time contradict: the first stays", "Yes No", "Yes since 1000 contradicted")]
    [InlineData("a word without a time is of no later than one that has one", "Yes@5 No", "Yes since 5 contradicted")]
    [InlineData("nor is one of before it arrived", "Yes No@5", "Yes since 1000 contradicted")]
    [InlineData("one of after it arrived is", "Yes No@2000", "No since 2000")]
    [InlineData("whoever agrees with the first is not asked", "Yes@5 No Yes@6", "Yes since 5 contradicted")]
    [InlineData("a correction decides", "Yes@5 !No@5", "No since 5")]
    [InlineData("also to an earlier time", "Yes@5 !No@3", "No since 3")]
    [InlineData("also when it came before what it corrects", "!No@5 Yes@5", "No since 5")]
    [InlineData("the last correction decides", "Yes@5 !No@5 !Yes@4", "Yes since 4")]
    [InlineData("what comes after a correction and is of later contradicts it", "Yes@5 !No@5 Yes@6", "No since 5 contradicted")]
    [InlineData("a correction settles a contradiction", "Yes No !No", "No since 1002")]
    public void What_holds(string why, string told, string expected)
    {
        var statements = Parse(told);

        var ruling = Ruling.Of(statements);

        $"{statements[ruling.Deciding].Value} since {ruling.Since}{(ruling.Contradicted ? " contradicted" : "")}".ShouldBe(expected, why);
    }

    [Theory]
    [InlineData("Yes@5 No@4 Yes@6 No@6", "Agrees Replaced InForce Contradicts")]
    [InlineData("Yes@5 !No@5 Yes@5 No@7", "Replaced InForce Replaced Agrees")]
    [InlineData("Yes No Yes", "InForce Contradicts Agrees")]
    public void What_each_counts_for(string told, string expected)
    {
        var statements = Parse(told);
        var ruling = Ruling.Of(statements);

        string.Join(' ', statements.Select((_, i) => ruling.StandingOf(statements, i))).ShouldBe(expected);
    }

    /// <summary>Observations at times of their own with what was seen, some told several times, and perhaps one correction.</summary>
    private static Arbitrary<Statement[]> Consistent => (
        from seen in Gen.ArrayOf(Gen.Elements(true, false))
        from repeated in Gen.ArrayOf(Gen.Choose(0, 100))
        from correction in Gen.Choose(-1, 60)
        from corrected in Gen.Elements(true, false)
        from order in Gen.ArrayOf(Gen.Choose(0, int.MaxValue - 1), 40)
        let told = seen.Select((yes, time) => Of(yes, time)).ToList()
        let all = told.Concat(repeated.Where(_ => told.Count > 0).Select(which => told[which % told.Count])).Concat(correction < 0 ? [] : [Of(corrected, correction) with { Correction = true }]).ToList()
        select all.Count == 0 ? [Of(corrected, 0)] : all.Zip(order.Concat(Enumerable.Repeat(0, all.Count))).OrderBy(pair => pair.Second).Select(pair => pair.First).ToArray()).ToArbitrary();

    [Fact]
    public void The_order_of_arrival_does_not_change_what_holds() => Prop.ForAll(
        Consistent, Gen.Choose(0, int.MaxValue - 1).ToArbitrary(),
        (told, seed) =>
        {
            var shuffled = (Statement[])told.Clone();
            new Random(seed).Shuffle(shuffled);
            var (one, other) = (Ruling.Of(told), Ruling.Of(shuffled));
            return told[one.Deciding].Value == shuffled[other.Deciding].Value && one.Since == other.Since;
        }).Check(Many);

    [Fact]
    public void What_is_told_again_changes_nothing() => Prop.ForAll(
        Consistent, Gen.Choose(0, 1000).ToArbitrary(),
        (told, which) =>
        {
            var one = Ruling.Of(told);
            var plain = told.Where(statement => !statement.Correction).ToArray();
            if (plain.Length == 0) return true;
            var other = Ruling.Of([.. told, plain[which % plain.Length]]);
            return told[one.Deciding].Value == ((Statement[])[.. told, plain[which % plain.Length]])[other.Deciding].Value && one.Since == other.Since;
        }).Check(Many);

    [Fact]
    public void Who_decides_is_in_force_and_says_what_those_who_agree_say() => Prop.ForAll(
        Gen.ArrayOf(from value in Gen.Elements(true, false) from time in Gen.Choose(-2, 5) from correction in Gen.Choose(0, 9) select Of(value, time) with { Correction = correction == 0 }).ToArbitrary(),
        told =>
        {
            if (told.Length == 0) return true;
            told = [.. told.Select((statement, i) => statement.ObservedAt < 0 ? statement with { ObservedAt = 1000 + i, Dated = false } : statement)];
            var ruling = Ruling.Of(told);
            return told.Select((_, i) => ruling.StandingOf(told, i)).Count(standing => standing == Standing.InForce) == 1
                && told.Select((statement, i) => (statement, ruling.StandingOf(told, i))).All(pair => (pair.Item2 is Standing.InForce or Standing.Agrees) == (pair.statement.Value == told[ruling.Deciding].Value))
                && ruling.Contradicted == told.Select((_, i) => ruling.StandingOf(told, i)).Contains(Standing.Contradicts);
        }).Check(Many);

    private static Statement Of(bool yes, long time) => new(yes ? "Yes" : "No", yes, time, Dated: true, Correction: false);

    /// <summary><c>!No@5</c>: a correction to No at time 5; without a time it arrived at 1000 and its place.</summary>
    private static Statement[] Parse(string told) =>
    [
        .. told.Split(' ').Select((word, i) =>
        {
            var parts = word.TrimStart('!').Split('@');
            var time = parts.Length > 1 ? long.Parse(parts[1]) : Undated;
            return new Statement(parts[0], parts[0] == "Yes", time == Undated ? 1000 + i : time, time != Undated, word[0] == '!');
        }),
    ];
}

using System.Text;
using Cairn.Serving.Log;
using Cairn.Serving.Truth;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Unit.Tests.Serving;

public class EntityMatchTests
{
    /// <summary>However the predictions pass by, each outcome finds what looking through all of them for it alone finds.</summary>
    [Fact]
    public void Each_finds_the_last_before_it() => Prop.ForAll(
        Gen.ArrayOf(from entity in Gen.Choose(0, 4) from ms in Gen.Choose(0, 50) from shadow in Gen.Choose(0, 4) select (Entity: $"é{entity}", Ms: (long)ms, Shadow: shadow == 0)).ToArbitrary(),
        Gen.ArrayOf(from entity in Gen.Choose(0, 5) from micros in Gen.Choose(0, 60_000) from within in Gen.Choose(-1, 20) select (Entity: $"é{entity}", At: (long)micros, Within: within < 0 ? (long?)null : within)).ToArbitrary(),
        (predictions, outcomes) =>
        {
            var logged = predictions.Select((one, i) => (one.Entity, one.Ms, one.Shadow, Id: Guid.ParseExact($"{one.Ms:x12}7000{0x8000_0000_0000_0000 + (ulong)i:x16}", "N"))).ToList();
            var match = new EntityMatch();
            foreach (var one in outcomes) match.Add(one.Entity, null, one.At, one.Within);
            foreach (var (entity, ms, shadow, id) in logged.Where(one => one.Ms >= match.FromMs && one.Ms < match.ToMs))
                match.See(new LogKey(id, 7, shadow ? RecordFlags.Shadow : RecordFlags.None, 0.5, Encoding.UTF8.GetBytes(entity)));

            return outcomes.Select((one, i) => (one, Found: match.Found(i)?.Id)).All(pair => pair.Found == logged
                .Where(p => p.Entity == pair.one.Entity && !p.Shadow && p.Ms * 1000 <= pair.one.At && (pair.one.Within is null || pair.one.At - (p.Ms * 1000) <= pair.one.Within * 1000))
                .OrderBy(p => p.Id.ToString("N"), StringComparer.Ordinal).Select(p => (Guid?)p.Id).LastOrDefault())
                && match.Open == outcomes.Select((_, i) => match.Found(i)).Count(found => found is null);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(40));

    [Fact]
    public void An_entity_is_found_under_its_pseudonym_too()
    {
        var match = new EntityMatch();
        match.Add("ada", "~abc", 5000, null);
        match.See(new LogKey(Guid.ParseExact("000000000004700080000000000000ff", "N"), 7, RecordFlags.None, 0.5, "~abc"u8));
        match.See(new LogKey(Guid.ParseExact("000000000003700080000000000000ff", "N"), 8, RecordFlags.None, 0.5, "ada"u8));

        match.Found(0)!.Value.Source.ShouldBe(7);
    }

    [Fact]
    public void Texts_are_in_the_order_of_their_bytes() => Prop.ForAll<string?, string?>((left, right) =>
    {
        if (left is null || right is null || !Whole(left) || !Whole(right)) return true;
        return Math.Sign(Utf8Order.Compare(left, right)) == Math.Sign(Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Theory]
    [InlineData("\uFFFD", "\U0001F600", -1)]
    [InlineData("\U0001F600", "\U0001F601", -1)]
    [InlineData("z", "é", -1)]
    public void Beyond_UTF_16_too(string left, string right, int expected) => Math.Sign(Utf8Order.Compare(left, right)).ShouldBe(expected);

    private static bool Whole(string text) => !text.Any(char.IsSurrogate);
}

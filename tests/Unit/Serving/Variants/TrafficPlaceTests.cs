using System.Text;
using System.Text.Json;
using Cairn.Kernel;
using Cairn.Serving.Variants;

namespace Cairn.Unit.Tests.Serving.Variants;

public class TrafficPlaceTests
{
    private static readonly ulong Churn = TrafficPlace.Salt(WorkspaceId.Default, "churn");

    /// <summary>Test vectors of FNV-1a, 64 bits, from draft-eastlake-fnv; of the finalizer as a program of its own (Python) computes it.</summary>
    [Fact]
    public void The_hash_is_the_published_one()
    {
        TrafficPlace.Fnv1a(""u8).ShouldBe(0xCBF29CE484222325);
        TrafficPlace.Fnv1a("a"u8).ShouldBe(0xAF63DC4C8601EC8C);
        TrafficPlace.Fnv1a("foobar"u8).ShouldBe(0x85944171F73967E8);
        TrafficPlace.Mix(1).ShouldBe(0xB456BCFC34C2CB2C);
        TrafficPlace.Mix(0xDEADBEEF).ShouldBe(0xD24BD59F862A1DAC);
    }

    /// <summary>As computed by the same program: a place must not move with a new version, or every experiment changes its people.</summary>
    [Theory]
    [InlineData("7590-VHVEG", 581_703)]
    [InlineData("42", 625_514)]
    [InlineData("Müller", 875_449)]
    public void A_place_is_for_ever(string entity, int place) => TrafficPlace.Of(Encoding.UTF8.GetBytes(entity), Churn).ShouldBe(place);

    [Theory]
    [InlineData("""{"age": 3, "customer": "7590-VHVEG", "x": [1, {"customer": "no"}]}""")]
    [InlineData("""{"nested": {"customer": "42"}, "customer": "7590-VHVE\u0047"}""")]
    [InlineData("""{"cust\u006fmer": "7590-VHVEG"}""")]
    public void The_entity_is_found_in_a_row_however_it_is_written(string row) => Place(row).ShouldBe(581_703);

    [Fact]
    public void A_number_names_somebody_as_its_digits_do()
    {
        Place("""{"customer": 42}""").ShouldBe(625_514);
        Place("""{"customer": "42"}""").ShouldBe(625_514);
    }

    [Theory]
    [InlineData("""{"age": 3}""")]
    [InlineData("""{"customer": null}""")]
    [InlineData("""{"customer": {"id": 3}}""")]
    [InlineData("""{"customer": ""}""")]
    [InlineData("[1]")]
    public void A_row_about_nobody_is_placed_by_the_id_of_its_prediction(string row)
    {
        var (one, other) = (new Guid("01a1fd62a1bc7d33b4bf2c15543693b4"), new Guid("01a1fd62a1bc7d33b4bf2c15543693b5"));

        Place(row, one).ShouldBe(TrafficPlace.Of(one, Churn));
        Place(row, other).ShouldBe(TrafficPlace.Of(other, Churn));
        Place(row, one).ShouldNotBe(Place(row, other));
    }

    [Fact]
    public void Entities_are_spread_evenly()
    {
        const int Entities = 100_000, Bins = 100;
        foreach (var name in (Func<int, string>[])[i => $"{i}", i => $"customer-{i:0000000}", i => $"{i * 1_000}"])
        {
            var bins = new int[Bins];
            for (var i = 0; i < Entities; i++) bins[TrafficPlace.Of(Encoding.UTF8.GetBytes(name(i)), Churn) / (TrafficPart.Whole / Bins)]++;
            var chiSquare = bins.Sum(count => Math.Pow(count - Entities / Bins, 2) / (Entities / Bins));
            chiSquare.ShouldBeInRange(50, 160); // 99 degrees of freedom: mean 99, and both ends beyond one in ten thousand
        }
    }

    [Fact]
    public void Who_is_new_in_one_deployment_is_not_new_in_all()
    {
        var upsell = TrafficPlace.Salt(WorkspaceId.Default, "upsell");
        var both = Enumerable.Range(0, 100_000).Select(i => Encoding.UTF8.GetBytes($"{i}")).Count(
            entity => TrafficPlace.Of(entity, Churn) < 100_000 && TrafficPlace.Of(entity, upsell) < 100_000);

        both.ShouldBeInRange(880, 1120); // a hundredth, give or take four deviations
    }

    private static int Place(string row, Guid id = default)
    {
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(row));
        json.Read();
        return TrafficPlace.Of(json, "customer"u8, id, Churn);
    }
}

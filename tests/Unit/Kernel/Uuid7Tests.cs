using System.Buffers.Binary;
using Cairn.Kernel;

namespace Cairn.Unit.Tests.Kernel;

/// <summary>Alone: the order of ids is one for the process, and tests beside this one make theirs with other clocks.</summary>
[CollectionDefinition(nameof(Uuid7Tests), DisableParallelization = true)]
[Collection(nameof(Uuid7Tests))]
public class Uuid7Tests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, 5, TimeSpan.Zero);

    [Fact]
    public void An_id_says_its_version_its_variant_and_when_it_was_made()
    {
        var id = Uuid7.NewGuid(new FixedClock(Noon));

        id.Version.ShouldBe(7);
        id.Variant.ShouldBeInRange(8, 11);
        Uuid7.TimeOf(id).ShouldBe(Noon.ToUnixTimeMilliseconds());
        id.ToString("N").ShouldStartWith(Noon.ToUnixTimeMilliseconds().ToString("x12", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Text_and_value_are_the_same_id()
    {
        var text = Uuid7.New(TimeProvider.System);

        Uuid7.IsWellFormed(text).ShouldBeTrue();
        Uuid7.TryParse(text, out var id).ShouldBeTrue();
        id.ToString("N").ShouldBe(text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0123456789ABCDEF0123456789ABCDEF")]
    [InlineData("01234567-89ab-cdef-0123-456789abcdef")]
    public void Only_32_lower_case_hex_digits_are_read(string? text) => Uuid7.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void An_id_of_another_version_holds_no_time()
    {
        Uuid7.TryParse("0123456789ab4def8123456789abcdef", out var id).ShouldBeTrue();

        Uuid7.TimeOf(id).ShouldBeNull();
    }

    [Fact]
    public void Ids_of_one_millisecond_ascend_up_to_4096_of_them()
    {
        var clock = new FixedClock(Noon.AddTicks(TimeSpan.TicksPerDay));

        var ids = Enumerable.Range(0, 4096).Select(_ => Uuid7.New(clock)).ToList();

        ids.ShouldBeInOrder(SortDirection.Ascending, StringComparer.Ordinal);
        ids.Append(Uuid7.New(clock)).Distinct(StringComparer.Ordinal).Count().ShouldBe(4097);
    }

    [Fact]
    public void Ids_follow_a_clock_that_is_set_back()
    {
        Uuid7.NewGuid(new FixedClock(Noon.AddYears(10)));

        Uuid7.TimeOf(Uuid7.NewGuid(new FixedClock(Noon))).ShouldBe(Noon.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Ids_of_several_threads_are_distinct_and_so_are_their_random_bits()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Enumerable.Range(0, 50_000).Select(_ => Uuid7.NewGuid(TimeProvider.System)).ToList())));

        var ids = made.SelectMany(ids => ids).ToList();
        ids.Distinct().Count().ShouldBe(200_000);
        ids.Select(id => BinaryPrimitives.ReadUInt64BigEndian(id.ToByteArray(bigEndian: true).AsSpan(8))).Distinct().Count().ShouldBe(200_000); // 2e10 pairs, 2^62 values
    }

    [Fact]
    public void Each_random_bit_is_set_in_half_of_the_ids()
    {
        var set = new int[64];
        for (var i = 0; i < 10_000; i++)
        {
            var random = BinaryPrimitives.ReadUInt64BigEndian(Uuid7.NewGuid(TimeProvider.System).ToByteArray(bigEndian: true).AsSpan(8));
            for (var bit = 0; bit < 62; bit++) set[bit] += (int)(random >> bit) & 1;
        }

        set[..62].ShouldAllBe(count => count > 4_500 && count < 5_500); // ten standard deviations
    }

    [Fact]
    public void Making_an_id_as_a_value_allocates_nothing()
    {
        Uuid7.NewGuid(TimeProvider.System);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 2_000; i++) Uuid7.NewGuid(TimeProvider.System);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}

using Cairn.Kernel;

namespace Cairn.Unit.Tests.Kernel;

public class ByteSizeTests
{
    [Theory]
    [InlineData("512MB", 512_000_000)]
    [InlineData("1.5 GiB", 1_610_612_736)]
    [InlineData("64kb", 64_000)]
    [InlineData("2TB", 2_000_000_000_000)]
    [InlineData("100B", 100)]
    public void Sizes_are_read_as_they_are_written(string text, long bytes) => ByteSize.Read(text).ShouldBe(bytes);

    [Theory]
    [InlineData("")]
    [InlineData("MB")]
    [InlineData("512")]
    [InlineData("-1MB")]
    [InlineData("0MB")]
    [InlineData("1e3MB")]
    [InlineData("1,5GB")]
    [InlineData("99999999999TB")]
    [InlineData("lots of MB")]
    public void What_is_no_size_is_not_read(string text) => ByteSize.Read(text).ShouldBeNull();

    [Theory]
    [InlineData(999, "999 B")]
    [InlineData(12_000, "12 kB")]
    [InlineData(1_550_000, "1.6 MB")]
    [InlineData(2_250_000_000, "2.25 GB")]
    public void Sizes_are_written_short(long bytes, string text) => ByteSize.Text(bytes).ShouldBe(text);
}

using System.Text;
using Cairn.Learning.Preprocessing;

namespace Cairn.Unit.Tests.Learning.Preprocessing;

public class TextTableTests
{
    [Fact]
    public void Every_text_is_found_at_its_place_and_no_other_is()
    {
        List<string> texts = ["", "a", "ab", "abcdefgh", "abcdefghi", "Ä", "日本語の長い名前", .. Enumerable.Range(0, 10_000).Select(i => $"level {i}")];
        var table = new TextTable(texts);

        for (var code = 0; code < texts.Count; code++)
        {
            table.Find(Encoding.UTF8.GetBytes(texts[code])).ShouldBe(code);
            table.Find(texts[code]).ShouldBe(code);
        }

        foreach (var other in new[] { "b", "A", "abcdefg", "abcdefghj", "ä", "level 10000", new string('x', 5_000) }) table.Find(other).ShouldBe(-1);
    }

    [Fact]
    public void An_empty_table_finds_nothing() => new TextTable([]).Find("a").ShouldBe(-1);

    [Fact]
    public void A_text_that_stands_twice_is_refused() => Should.Throw<ArgumentException>(() => new TextTable(["a", "b", "a"])).Message.ShouldContain("'a'");
}

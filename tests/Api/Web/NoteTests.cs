using System.Diagnostics;
using AngleSharp.Dom;
using Cairn.Client.Wire;
using Cairn.Web.Components.Notes;

namespace Cairn.Api.Tests.Web;

/// <summary>What users write about things is Markdown, and nothing in it acts.</summary>
public sealed class NoteTests
{
    private const string Written =
        """
        # Why

        Lower **learning rate**, ~~dropout~~, see [run](/runs/abc "t") and <https://example.org/a?b=1&c=2>.
        Second line, `x < 1`.

        ### Then
        3. three
        4. four
           - [x] done

        > quoted

        | a | b |
        |---|--:|
        | 1 | 2 |

        ```python
        print("<b>")
        ```
        ![plot](/runs/0198aa/files/plots/roc.png)
        """;

    [Fact]
    public async Task A_note_is_shown_as_Markdown()
    {
        var note = await Note(Written);

        note.QuerySelectorAll("h2, h3").Select(heading => heading.LocalName + heading.TextContent).ShouldBe(["h2Why", "h3Then"], "no level is left out");
        note.QuerySelector("strong")!.TextContent.ShouldBe("learning rate");
        note.QuerySelector("s")!.TextContent.ShouldBe("dropout");
        note.QuerySelectorAll("p")[0].QuerySelectorAll("br").Length.ShouldBe(1);
        note.QuerySelectorAll("a").Select(link => $"{link.TextContent} {link.GetAttribute("href")}").ShouldBe(["run /runs/abc", "https://example.org/a?b=1&c=2 https://example.org/a?b=1&c=2"]);
        note.QuerySelectorAll("a").ShouldAllBe(link => link.GetAttribute("rel")!.Contains("noopener") && link.GetAttribute("rel")!.Contains("nofollow"));
        note.QuerySelector("ol")!.GetAttribute("start").ShouldBe("3");
        note.QuerySelector("ol ul li")!.TextContent.ShouldContain("☑ done");
        note.QuerySelector("blockquote p")!.TextContent.ShouldBe("quoted");
        note.QuerySelector("td.number")!.TextContent.ShouldBe("2");
        note.QuerySelector("pre")!.TextContent.ShouldBe("print(\"<b>\")");
        (note.QuerySelector("img")!.GetAttribute("src"), note.QuerySelector("img")!.GetAttribute("alt")).ShouldBe(("/runs/0198aa/files/plots/roc.png", "plot"));
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("a <b onclick=alert(1)>b</b> <!-- c --> <iframe src='/'></iframe>")]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](JaVaScRiPt:alert(1))")]
    [InlineData("[x](java&#115;cript:alert(1))")]
    [InlineData("[x](java&Tab;script:alert(1))")]
    [InlineData("[x](<java\tscript:alert(1)>)")]
    [InlineData("[x](%6Aavascript:alert(1))")]
    [InlineData("[x](\\javascript:alert(1))")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("[x](data:text/html;base64,PHNjcmlwdD4=)")]
    [InlineData("[x](vbscript:x)")]
    [InlineData("[x](file:///etc/passwd)")]
    [InlineData("[x](//evil.example)")]
    [InlineData("[x](/\\evil.example)")]
    [InlineData("[x](<https:evil.example\" onmouseover=\"alert(1)>)")]
    [InlineData("[x](/&Tab;/evil.example)")]
    [InlineData("[x](/runs/../api)")]
    [InlineData("[x][1]\n\n[1]: javascript:alert(1)")]
    [InlineData("![x](javascript:alert(1))")]
    [InlineData("![x](data:image/svg+xml;base64,PHN2Zz4=)")]
    [InlineData("![x](//evil.example/x.png)")]
    [InlineData("![x\" onerror=\"alert(1)](/runs/1/files/a.png)")]
    [InlineData("![x](/runs/1/files/../../../api/v1/x.png)")]
    [InlineData("![x](/api/v1/x.png)")]
    [InlineData("```\" onclick=\"alert(1)\n</pre><script>alert(1)</script>\n```")]
    [InlineData("|<script>|\n|---|\n|<img src=x onerror=alert(1)>|")]
    public async Task Nothing_in_a_note_acts(string text)
    {
        var note = await Note(text);

        note.QuerySelectorAll("script, iframe, object, embed, style, form, input, svg, b, base, meta, link").ShouldBeEmpty();
        note.QuerySelectorAll("*").ShouldAllBe(element => element.Attributes.All(attribute => !attribute.Name.StartsWith("on", StringComparison.Ordinal)));
        foreach (var address in note.QuerySelectorAll("a").Select(link => link.GetAttribute("href")!)) address.ShouldMatch("^(https?://|https:|mailto:|/[^/\\\\])");
        foreach (var address in note.QuerySelectorAll("img").Select(image => image.GetAttribute("src")!)) address.ShouldMatch("^/runs/[^/]+/files/[^.]+[.]png$");
    }

    [Fact]
    public async Task A_refused_address_is_seen_and_a_picture_from_elsewhere_is_a_link_that_leads_there()
    {
        (await Note("[pay](javascript:alert(1))")).TextContent.Trim().ShouldBe("pay (javascript:alert(1))");
        var elsewhere = await Note("[![build](https://ci.example/badge.svg)](https://ci.example) ![chart](https://ci.example/a.png)");
        elsewhere.QuerySelectorAll("img, a a").ShouldBeEmpty();
        elsewhere.QuerySelectorAll("a").Select(link => $"{link.TextContent} {link.GetAttribute("href")}").ShouldBe(["build https://ci.example", "chart https://ci.example/a.png"]);
    }

    [Theory]
    [InlineData(" שלום **مرحبا** ")]
    [InlineData("👩‍👩‍👧‍👦🏳️‍🌈 \ud83d")]
    [InlineData("\u202edrawkcab")]
    public async Task Other_scripts_stay_as_they_are_and_say_their_direction(string text)
    {
        var note = await Note(text);

        note.QuerySelectorAll("p").ShouldAllBe(paragraph => paragraph.GetAttribute("dir") == "auto");
        note.TextContent.ShouldContain(text.Contains('*') ? "مرحبا" : text.Trim()[..5]);
    }

    /// <summary>What parsers are slow at or deep in: none takes a page's time, and none is no page.</summary>
    [Theory]
    [InlineData("W")]
    [InlineData("> ")]
    [InlineData("[")]
    [InlineData("![a](")]
    [InlineData("*a _b ")]
    [InlineData("`a``")]
    [InlineData("<a href=")]
    [InlineData("- ")]
    [InlineData("|a\n|-\n")]
    [InlineData("[a](b \"c")]
    [InlineData("# a\n\n")]
    [InlineData("http://a.b/?")]
    [InlineData("~~a")]
    [InlineData("a\n- b\n  1. c\n\n")]
    public async Task Long_notes_are_shown_in_good_time(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 30_000 / piece.Length));
        var watch = Stopwatch.StartNew();

        NoteText.Parse(text);
        NoteText.Plain(text);

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(2), $"took {watch.ElapsedMilliseconds} ms");
        (await Note(text)).TextContent.ShouldContain("This is the beginning, 20,000 of");
    }

    /// <summary>Rows are filled up to the widest, and an address is written for each link to it: what is sent stays as long as what was written, about.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Short_notes_make_no_long_pages(bool isTable)
    {
        var text = isTable
            ? $"{string.Concat(Enumerable.Repeat("|a", 2000))}|\n{string.Concat(Enumerable.Repeat("|-", 2000))}|\n{string.Concat(Enumerable.Repeat("|b|\n", 2900))}"
            : $"[a]: /{new string('b', 8000)}\n\n{string.Concat(Enumerable.Repeat("[a] ", 2900))}";
        var watch = Stopwatch.StartNew();

        NoteText.Plain(text);
        var note = await Note(text);

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
        note.OuterHtml.Length.ShouldBeLessThan(1_000_000);
        note.TextContent.ShouldContain(isTable ? "|b|" : "a a a");
    }

    [Fact]
    public async Task Experiments_models_and_versions_have_their_notes_too_and_a_list_has_their_words()
    {
        var api = ServingSample.Api().With("models/churn", ServingSample.Model(3, 4) with { Description = "*calm*" }).With("models", new Page<ModelWire>([ServingSample.Model(3, 4) with { Description = "# Head\n- *one* `two`\n\n[three](/x)" }]))
            .With("experiments", new Page<ExperimentWire>([new("7", "churn", "active", 1, 1, new Dictionary<string, string>(StringComparer.Ordinal) { [RunWire.DescriptionTag] = "*asked*" })]));
        var version = ServingSample.Version(4, null) with { Description = "*frozen*" };
        api.With("models/churn/versions/4", version).With("models/churn/versions/4/lineage", ServingSample.Lineage(version));
        await using var host = await PageHost.Start(api);

        (await host.Open("/models/churn")).QuerySelector(".note-text em")!.TextContent.ShouldBe("calm");
        (await host.Open("/models/churn/versions/4")).QuerySelector(".note-text em")!.TextContent.ShouldBe("frozen");
        (await host.Open("/runs?experiment=7")).QuerySelector(".note-text em")!.TextContent.ShouldBe("asked");
        (await host.Open("/runs")).QuerySelector(".note-text").ShouldBeNull();
        (await host.Open("/models")).QuerySelectorAll("td").ShouldContain(cell => cell.TextContent.Trim() == "Head one two three");
        (await host.Http.GetStringAsync("/models?format=csv")).ShouldContain("# Head\n- *one*");
    }

    private static async Task<IElement> Note(string text)
    {
        var run = RunSample.Run(RunSample.Judged, "sedate-auk-312", tags: new Dictionary<string, string>(StringComparer.Ordinal) { [RunWire.DescriptionTag] = text });
        await using var host = await PageHost.Start(Sample.Api().With($"runs/{RunSample.Judged}", run));
        return (await host.Open($"/runs/{RunSample.Judged}")).QuerySelector(".note-text")!;
    }
}

using System.Net;
using System.Text.RegularExpressions;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Cairn.Api.Tests.Server;

namespace Cairn.Api.Tests.Web;

public partial class ShellTests
{
    private static readonly string[] Pages =
    [
        "/", "/search", "/search?q=churn", "/projects", "/datasets", "/flow-runs",
        "/runs", .. RunSample.Pages,
        "/models", "/models/churn", "/models/churn?on=2026-11-20", "/models/churn/versions/4",
        "/deployments", "/deployments/churn", "/deployments/churn/outcomes?summary=now", "/deployments/churn/settings", "/deployments/churn/canary", "/deployments/churn/predictions",
        "/predictions", $"/predictions/{ServingSample.Id}?why=now", "/predict", "/predict/churn", "/predict/churn/batch",
        "/bin", "/bin/purge?all=true",
        "/system", "/system?checks=now", "/system/storage", "/system/storage?use=now", "/system/audit", "/system/about",
    ];

    [Fact]
    public async Task No_page_has_inline_scripts_or_styles_and_every_asset_of_it_may_be_kept_for_ever()
    {
        await using var host = await PageHost.Start(ServingSample.Api());
        foreach (var path in Pages)
        {
            var page = await host.Open(path);

            page.Scripts.ShouldAllBe(script => script.Type == "application/json" || (script.Source != null && script.Text.Length == 0));
            page.QuerySelectorAll("style, [style], [onclick], [onload], [onerror], [href^='javascript:']").ShouldBeEmpty();
            foreach (var address in page.QuerySelectorAll("link, script[src]").Select(element => element.GetAttribute("href") ?? element.GetAttribute("src")!))
            {
                var answer = await host.Http.GetAsync(address);
                answer.StatusCode.ShouldBe(HttpStatusCode.OK, address);
                answer.Headers.CacheControl!.ToString().ShouldContain("immutable");
                if (answer.Content.Headers.ContentType!.MediaType is not ("text/css" or "text/javascript")) continue;
                foreach (Match file in Named().Matches(await answer.Content.ReadAsStringAsync()))
                    (await host.Http.GetAsync(new Uri(new Uri(host.Http.BaseAddress!, address), file.Groups["path"].Value))).StatusCode.ShouldBe(HttpStatusCode.OK, file.Value);
            }
        }
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    [InlineData("")]
    public async Task An_asset_comes_as_the_browser_can_unpack_it(string accepts)
    {
        await using var host = await PageHost.Start(ServingSample.Api());
        var address = (await host.Open()).QuerySelector("link[rel=stylesheet]")!.GetAttribute("href");
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (accepts.Length > 0) request.Headers.Add("Accept-Encoding", accepts);

        using var answer = await host.Http.SendAsync(request);

        answer.Content.Headers.ContentEncoding.ShouldBe(accepts.Length > 0 ? [accepts] : []);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await using Stream plain = accepts switch
        {
            "br" => new System.IO.Compression.BrotliStream(body, System.IO.Compression.CompressionMode.Decompress),
            "gzip" => new System.IO.Compression.GZipStream(body, System.IO.Compression.CompressionMode.Decompress),
            _ => body,
        };
        (await new StreamReader(plain).ReadToEndAsync()).ShouldContain("--accent");
    }

    [Fact]
    public async Task Everything_can_be_reached_and_is_named_without_a_mouse()
    {
        await using var host = await PageHost.Start(ServingSample.Api());
        foreach (var path in Pages)
        {
            var page = await host.Open(path);

            page.QuerySelector("a.skip")!.GetAttribute("href").ShouldBe("#content");
            page.GetElementById("content")!.LocalName.ShouldBe("main");
            page.DocumentElement.GetAttribute("lang").ShouldBe("en");
            page.Title.ShouldEndWith(" – Cairn");
            foreach (var region in page.QuerySelectorAll(".table-wrap"))
            {
                region.GetAttribute("tabindex").ShouldBe("0");
                region.GetAttribute("aria-label").ShouldNotBeNullOrWhiteSpace();
            }

            foreach (var button in page.QuerySelectorAll("button")) (button.GetAttribute("aria-label") ?? button.TextContent.Trim()).ShouldNotBeNullOrWhiteSpace();
            page.QuerySelectorAll("svg:not([aria-hidden=true]):not([role])").ShouldBeEmpty();
            page.QuerySelectorAll("h1").Length.ShouldBe(1, path);
            page.QuerySelectorAll("[id]").Select(element => element.Id).GroupBy(id => id, StringComparer.Ordinal).ShouldAllBe(same => same.Count() == 1, path);
            var regions = page.QuerySelectorAll("section[aria-label], section[aria-labelledby], [role=region]")
                .Select(region => region.GetAttribute("aria-label") ?? page.GetElementById(region.GetAttribute("aria-labelledby")!)!.TextContent).ToList();
            regions.ShouldBe(regions.Distinct(StringComparer.Ordinal), path);
        }
    }

    /// <summary>As <see cref="PageHost.Read"/> finds.</summary>
    [Fact]
    public async Task Where_nothing_is_said_a_page_says_so()
    {
        await using var host = await PageHost.Start(ServingSample.Api().SayingNothing());
        foreach (var path in Pages)
        {
            using var answer = await host.Http.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            await PageHost.Read(answer);
        }

        (await host.Open($"/runs/{RunSample.Judged}/values")).QuerySelectorAll("#params td").Select(value => value.TextContent).ShouldBe(["empty", "empty"]);
    }

    [Fact]
    public async Task No_two_pages_have_one_title_however_alike_their_subjects_are_called()
    {
        await using var host = await PageHost.Start(ServingSample.Api());
        var titles = new List<string>();
        // With one deployment /predict is its page.
        foreach (var path in Pages.Where(path => path != "/predict" && !path.Contains('?', StringComparison.Ordinal))) titles.Add((await host.Open(path)).Title!);

        titles.ShouldBe(titles.Distinct(StringComparer.Ordinal));
        titles.ShouldContain(title => title == "churn – Models – Cairn");
        titles.ShouldContain(title => title == "churn – Deployments – Cairn");
    }

    [Fact]
    public async Task The_menu_says_where_one_is_and_every_entry_leads_to_a_page()
    {
        await using var host = await PageHost.Start(ServingSample.Api());
        var page = await host.Open("/system/audit");

        page.QuerySelector(".side [aria-current]")!.TextContent.ShouldBe("System");
        page.QuerySelectorAll(".crumbs li").Select(crumb => crumb.TextContent).ShouldBe(["default", "System", "Audit log"]);
        foreach (var link in page.QuerySelectorAll(".side a[href]").Select(link => link.GetAttribute("href")!).Where(link => link != "/docs"))
            (await host.Http.GetAsync(link)).StatusCode.ShouldBe(HttpStatusCode.OK, link);
    }

    [Fact]
    public async Task A_page_that_is_not_there_and_a_fault_are_pages_to_a_browser_and_problems_to_a_program()
    {
        await using var home = await TestHome.Start();
        using var asBrowser = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        asBrowser.Headers.Add("Accept", "text/html,application/xhtml+xml;q=0.9");

        using var page = await home.Http.SendAsync(asBrowser);
        using var problem = await home.Http.GetAsync("/nowhere");
        using var forged = new HttpRequestMessage(HttpMethod.Post, "/theme") { Content = new FormUrlEncodedContent([new("theme", "dark")]) };
        forged.Headers.Add("Accept", "text/html");
        forged.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var refused = await home.Http.SendAsync(forged);

        page.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        Parse(await page.Content.ReadAsStringAsync()).QuerySelector("main h1")!.TextContent.ShouldBe("Not found");
        problem.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        Parse(await refused.Content.ReadAsStringAsync()).QuerySelector("main [data-state=denied]")!.TextContent.ShouldContain("access.cross-site");
    }

    [Fact]
    public async Task Every_page_says_what_may_run_in_it()
    {
        await using var home = await TestHome.Start();

        using var answer = await home.Http.GetAsync("/");

        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("script-src 'self';");
        policy.ShouldContain("style-src 'self';");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldContain("base-uri 'none'");
        policy.ShouldContain("form-action 'self'");
        policy.ShouldNotContain("unsafe");
        answer.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        answer.Headers.GetValues("Referrer-Policy").Single().ShouldBe("same-origin");
        answer.Headers.GetValues("Permissions-Policy").Single().ShouldContain("camera=()");
        foreach (var cookie in answer.Headers.GetValues("Set-Cookie"))
        {
            cookie.ShouldContain("httponly");
            cookie.ShouldContain("samesite=");
        }
    }

    [Fact]
    public async Task The_theme_is_a_form_with_a_token_and_a_cookie_and_leads_back()
    {
        await using var home = await TestHome.Start();
        var first = await home.Http.GetAsync("/system/about");
        var document = Parse(await first.Content.ReadAsStringAsync());
        document.DocumentElement.HasAttribute("data-theme").ShouldBeFalse();
        var token = document.QuerySelector("#theme input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        document.QuerySelector("#theme input[name=back]")!.GetAttribute("value").ShouldBe("/system/about");
        var cookie = first.Headers.GetValues("Set-Cookie").Single().Split(';')[0];

        var forged = await Choose(home, "dark", "wrong", cookie, "/system/about");
        var away = await Choose(home, "dark", token, cookie, "//elsewhere.example/");
        var chosen = await Choose(home, "dark", token, cookie, "/system/about");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Cookie", chosen.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        var after = await (await home.Http.SendAsync(request)).Content.ReadAsStringAsync();

        forged.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        away.Headers.Location!.OriginalString.ShouldBe("/");
        chosen.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        chosen.Headers.Location!.OriginalString.ShouldBe("/system/about");
        after.ShouldContain("data-theme=\"dark\"");
    }

    [Fact]
    public async Task The_real_server_shows_itself_over_its_socket()
    {
        await using var home = await TestHome.Start();

        var text = await home.Http.GetStringAsync("/system/about");

        text.ShouldContain(home.Home);
        text.ShouldContain($"{home.Server.Url!.GetLeftPart(UriPartial.Authority)}/docs");
    }

    [Fact]
    public async Task A_page_weighs_little()
    {
        await using var host = await PageHost.Start(ServingSample.Api());
        var page = await host.Open();
        using var packed = new HttpRequestMessage(HttpMethod.Get, "/");
        packed.Headers.Add("Accept-Encoding", "br");
        var weight = (await (await host.Http.SendAsync(packed)).Content.ReadAsByteArrayAsync()).Length;

        // The modules that app.js loads are as much a part of a page as what the page names.
        var named = page.QuerySelectorAll("link, script[src]").Select(element => element.GetAttribute("href") ?? element.GetAttribute("src")!).ToList();
        var folder = named[0][..(named[0].LastIndexOf('/') + 1)];
        foreach (var address in named.Concat([$"{folder}time.js", $"{folder}parts.js", $"{folder}copy.js", $"{folder}fonts/jetbrains-mono-latin-wght-normal.woff2"]).Distinct(StringComparer.Ordinal))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Add("Accept-Encoding", "br");
            using var answer = await host.Http.SendAsync(request);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, address);
            weight += (await answer.Content.ReadAsByteArrayAsync()).Length;
        }

        weight.ShouldBeLessThan(150_000);
    }

    private static IHtmlDocument Parse(string html) => new HtmlParser().ParseDocument(html);

    private static async Task<HttpResponseMessage> Choose(TestHome home, string theme, string token, string cookie, string back)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/theme");
        request.Headers.Add("Cookie", cookie);
        request.Content = new FormUrlEncodedContent([new("theme", theme), new("back", back), new("__RequestVerificationToken", token)]);
        return await home.Http.SendAsync(request);
    }

    [GeneratedRegex(@"(url\((?<path>[^)]+)\)|from '(?<path>\./[^']+)'|import\('(?<path>\./[^']+)'\))", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();
}

using Cairn.Api.Tests.Web;
using Cairn.Client.Wire;

namespace Cairn.EndToEnd.Tests.Browser;

/// <summary>Names and values that users chose badly, or to do harm.</summary>
[Collection(Pages.Name)]
public class HostileTextTests(Chromium chromium)
{
    private const string Markup = "<img src=x onerror=\"document.title='harmed'\"><script>document.title='harmed'</script>";
    private const string RightToLeft = "שלום עולם مرحبا بالعالم \u202Eevil";
    private const string Emoji = "👩‍👩‍👧‍👦🏳️‍🌈 run 🚀";

    [Fact]
    public async Task Any_text_is_shown_as_text_and_stays_within_the_layout()
    {
        string[] names = [Markup, RightToLeft, Emoji, new('W', 10_000), string.Concat(Enumerable.Repeat("long words that wrap ", 500)), string.Concat(Enumerable.Repeat("😀", 5_000))];
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000;
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        var api = new FakeApi()
            .With("projects", new Page<ProjectWire>([.. names.Select(name => new ProjectWire(name, "5", now, name, name, null, name, null, null))]))
            .With("runs", new Page<RunWire>([.. names.Select(name => new RunWire(new string('2', 32), "1", name, "finished", "active", now, now, name, new Dictionary<string, double>(StringComparer.Ordinal) { [name] = 0.5 }, tags, tags, []))]))
            .With("experiments", new Page<ExperimentWire>([.. names.Select((name, at) => new ExperimentWire($"{at}", name, "active", now, now, tags))]))
            .With("models", new Page<ModelWire>([.. names.Select(name => new ModelWire(name, name, now, now, tags, new Dictionary<string, long>(StringComparer.Ordinal), null, 1))]))
            .With("deployments", new Page<DeploymentWire>([.. names.Select(name => new DeploymentWire(name, name, false, null, null, now, name))]))
            .With("audit", new Page<AuditEntry>([.. names.Select((name, at) => new AuditEntry(at, now, name, name, name, name))]))
            .With("doctor", new DoctorReport(false, [.. names.Select(name => new DoctorCheck(name, "bad", name, name))]))
            .With("about", new About("0.1.0", names[3], "sqlite", now, names[1], names[3], null));
        await using var pages = await FakePages.Start(api);
        foreach (var look in new[] { Look.Wide, Look.PhoneDark })
        {
            await using var visit = await chromium.Visit(look, pages.Address);
            foreach (var (name, address) in new[] { ("overview", "/"), ("audit", "/system/audit"), ("health", "/system"), ("about", "/system/about"), ("runs", "/runs"), ("search", "/search?q=" + Uri.EscapeDataString(Markup)) })
            {
                var page = await visit.Open(address);
                await visit.Picture($"hostile-{name}");
                (await page.TitleAsync()).ShouldNotContain("harmed");
                (await page.Locator("main img, main script:not([type='application/json'])").CountAsync()).ShouldBe(0);
                (await page.EvaluateAsync<int>("document.documentElement.scrollHeight")).ShouldBeLessThan(look.Width < 500 ? 20_000 : 8_000, address);
                await visit.ShouldBeSound();
                await visit.ShouldShowItsFieldsWhole();
            }
        }
    }
}

using System.Net;
using System.Text;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving;
using Cairn.Serving.Variants;
using Cairn.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Serving;

public class VariantTests
{
    private const string Variants = "/api/v1/deployments/coffee/variants", PredictPath = "/api/v1/deployments/coffee/predict";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_variant_answers_its_share_and_each_guest_has_always_the_same_version()
    {
        await using var host = await Start();
        await Set(host, "b", """{"version": 2, "weight": 0.3}""");

        var first = await Ask(host, Enumerable.Range(0, 1000));
        var second = await Ask(host, Enumerable.Range(0, 1000).Reverse());

        first.Values.Count(version => version == 2).ShouldBeInRange(240, 360); // four deviations around 300
        second.ShouldBe(first, ignoreOrder: true);
    }

    [Fact]
    public async Task A_share_that_grows_takes_nobody_back()
    {
        await using var host = await Start();
        await Set(host, "canary-of-mine", """{"version": 2, "weight": 0.05}""");
        await Set(host, "b", """{"version": 3, "weight": 0.1}""");
        var before = await Ask(host, Enumerable.Range(0, 2000));

        await Set(host, "canary-of-mine", """{"weight": 0.25}""");
        var after = await Ask(host, Enumerable.Range(0, 2000));

        before.Where(guest => guest.Value != 1).ShouldAllBe(guest => after[guest.Key] == guest.Value);
        after.Values.Count(version => version == 2).ShouldBeInRange(420, 580);
    }

    [Fact]
    public async Task Rows_about_nobody_are_spread_too()
    {
        await using var host = await Start();
        await Set(host, "b", """{"version": 2, "weight": 0.5}""");

        var answers = (await ServingHost.Read<PredictionsWire>(await host.Post(PredictPath, $"[{string.Join(',', Enumerable.Repeat(CoffeeModel.Row, 400))}]"))).Predictions;

        answers.Count(answer => answer.Version == 2).ShouldBeInRange(140, 260);
    }

    [Fact]
    public async Task The_log_says_which_variant_answered()
    {
        await using var host = await Start();
        await Set(host, "b", """{"version": 2, "weight": 0.5}""");

        var answers = (await ServingHost.Read<PredictionsWire>(await host.Post(PredictPath, Rows(Enumerable.Range(0, 40))))).Predictions;

        answers.Select(answer => answer.Version).Distinct().Count().ShouldBe(2);
        foreach (var answer in answers)
        {
            var logged = await ServingHost.Read<LoggedPredictionWire>(await host.Http.GetAsync($"/api/v1/predictions/{answer.PredictionId}", Cancelled));
            (logged.Variant, logged.Version, logged.Probability, logged.Shadow).ShouldBe((answer.Version == 2 ? "b" : "champion", answer.Version, answer.Probability, false));
        }
    }

    [Fact]
    public async Task Variants_are_shown_with_the_champion_first_and_outlive_a_restart()
    {
        var host = await Start();
        await Set(host, "b", """{"version": 2, "weight": 0.25}""");
        await Set(host, "a", """{"version": 3, "weight": 0}""");
        await host.Stop();

        await using var again = await ServingHost.Start(host.Home);
        var shown = await ServingHost.Read<VariantsWire>(await again.Http.GetAsync(Variants, Cancelled));

        shown.Variants.Select(v => (v.Name, v.Version, v.Weight, v.Shadow, v.Problem)).ShouldBe(
            [("champion", 1, 0.75, false, null), ("a", 3, 0, false, null), ("b", 2, 0.25, false, null)]);
        (shown.Deployment, shown.Model, shown.Variants[0].Alias).ShouldBe(("coffee", "coffee", "champion"));
    }

    [Fact]
    public async Task A_removed_variant_gives_its_share_back()
    {
        await using var host = await Start();
        await Set(host, "b", """{"version": 2, "weight": 1}""");
        (await Ask(host, Enumerable.Range(0, 50))).Values.ShouldAllBe(version => version == 2);

        (await host.Http.DeleteAsync($"{Variants}/b", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        (await Ask(host, Enumerable.Range(0, 50))).Values.ShouldAllBe(version => version == 1);
        (await ServingHost.ProblemOf(await host.Http.DeleteAsync($"{Variants}/b", Cancelled))).Code.ShouldBe("variant.unknown");
    }

    [Fact]
    public async Task What_another_process_sets_is_followed()
    {
        await using var host = await Start();
        var row = new VariantRow(WorkspaceId.Default, "coffee", "b", 2, null, Shadow: false, TrafficPart.Write([new(0, TrafficPart.Whole)]), 1, 1);

        await host.Services.GetRequiredService<Database>().Write(transaction =>
        {
            VariantTable.Put(transaction, row);
            return transaction.Emit(new(WorkspaceId.Default, VariantTable.Changed, "deployments/coffee", """{"deployment":"coffee","model":"coffee"}"""));
        }, Cancelled);

        for (var i = 0; i < 500 && (await Ask(host, [1]))[1] != 2; i++) await Task.Delay(20, Cancelled);
        (await Ask(host, [1]))[1].ShouldBe(2);
    }

    [Fact]
    public async Task A_version_that_its_gates_did_not_pass_takes_no_traffic_without_an_override()
    {
        await using var host = await Start();
        var unjudged = await host.Register("coffee", seed: 9);

        var refused = await host.Put($"{Variants}/b", $$"""{"version": {{unjudged}}, "weight": 0.1}""");
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await ServingHost.ProblemOf(refused)).Code.ShouldBe("registry.gate-not-passed");
        (await ServingHost.ProblemOf(await host.Put($"{Variants}/b", $$"""{"version": {{unjudged}}, "weight": 0.1, "override": true}"""))).Code.ShouldBe("registry.reason-required");
        (await Shown(host)).Variants.Count.ShouldBe(1);

        await Set(host, "b", $$"""{"version": {{unjudged}}, "weight": 0.1, "override": true, "reason": "only for a day"}""");
        await Set(host, "b", """{"weight": 0.2}"""); // on traffic already: not asked again
        var audit = await host.Services.GetRequiredService<Database>().Read(t => t.Query<string>("SELECT detail FROM audit_entries WHERE action = 'deployment.set-variant' ORDER BY time"), Cancelled);
        audit.ShouldContain(detail => detail.Contains("only for a day", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_version_without_a_signal_takes_no_traffic_whatever_is_said()
    {
        await using var host = await Start();
        await host.Judge("coffee", 2, "no_signal");

        var refused = await host.Put($"{Variants}/b", """{"version": 2, "weight": 0.1, "override": true, "reason": "please"}""");

        (await ServingHost.ProblemOf(refused)).Code.ShouldBe("registry.no-signal");
    }

    [Fact]
    public async Task A_version_whose_package_fails_its_check_does_not_go_live()
    {
        await using var host = await Start();
        await host.AlterPackage(2, "coffee");

        var refused = await host.Put($"{Variants}/b", """{"version": 2, "weight": 0.5}""");

        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await ServingHost.ProblemOf(refused)).Code.ShouldBe("package.altered");
        (await Shown(host)).Variants.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_variant_that_cannot_be_loaded_any_more_leaves_its_share_to_the_champion()
    {
        var host = await Start();
        await Set(host, "b", """{"version": 2, "weight": 0.5}""");
        await host.AlterPackage(2, "coffee");
        await host.Stop();

        await using var again = await ServingHost.Start(host.Home);

        (await Ask(again, Enumerable.Range(0, 50))).Values.ShouldAllBe(version => version == 1);
        var shown = (await Shown(again)).Variants;
        (shown[0].Weight, shown[1].Version).ShouldBe((1, null));
        shown[1].Problem!.ShouldContain("The champion answers in its place");
    }

    [Fact]
    public async Task A_row_that_a_variant_cannot_answer_is_answered_by_the_champion()
    {
        await using var host = await Start();
        var sugar = await host.Register("coffee", CoffeeModel.Package(5, asksForSugar: true));
        await host.Judge("coffee", sugar);
        await Set(host, "b", $$"""{"version": {{sugar}}, "weight": 1}""");

        var answer = await ServingHost.Read<PredictionWire>(await host.Post(PredictPath, CoffeeModel.Row));
        var sweet = await ServingHost.Read<PredictionWire>(await host.Post(PredictPath, CoffeeModel.Row.Replace("}", """, "sugar": 2}""", StringComparison.Ordinal)));
        var refused = await host.Post(PredictPath, """{"age": -3, "sugar": 2}""");

        (answer.Version, sweet.Version).ShouldBe((1, sugar));
        var logged = await ServingHost.Read<LoggedPredictionWire>(await host.Http.GetAsync($"/api/v1/predictions/{answer.PredictionId}", Cancelled));
        (logged.Variant, logged.Version).ShouldBe(("champion", 1));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_variant_follows_its_alias_but_not_to_a_version_that_may_not_take_traffic()
    {
        await using var host = await Start();
        (await ServingHost.ProblemOf(await host.Put($"{Variants}/b", """{"alias": "challenger", "weight": 1}"""))).Code.ShouldBe("variant.alias-unknown");
        await Point(host, 2);
        await Set(host, "b", """{"alias": "challenger", "weight": 1}""");

        await Point(host, 3);
        await Until(async () => (await Ask(host, [1]))[1] == 3);

        var unjudged = await host.Register("coffee", seed: 9);
        await Point(host, unjudged);
        await Until(async () => (await Shown(host)).Variants[1].Problem is not null);
        (await Ask(host, [1]))[1].ShouldBe(3);
        (await Shown(host)).Variants[1].Problem!.ShouldContain("has no gate verdict");
    }

    [Theory]
    [InlineData("champion", """{"version": 2, "weight": 0.1}""", "variant.champion")]
    [InlineData("a b", """{"version": 2, "weight": 0.1}""", "variant.name-invalid")]
    [InlineData("b", """{"version": 2, "weight": 1.5}""", "variant.invalid")]
    [InlineData("b", """{"version": 2, "alias": "x", "weight": 0.5}""", "variant.invalid")]
    [InlineData("b", """{"version": 2, "weight": 0.5, "shadow": true}""", "variant.invalid")]
    [InlineData("b", """{"alias": "champion", "weight": 0.5}""", "variant.invalid")]
    [InlineData("b", """{"version": 2}""", "variant.incomplete")]
    [InlineData("b", """{"weight": 0.5}""", "variant.incomplete")]
    [InlineData("b", """{"version": 77, "weight": 0.5}""", "registry.version-unknown")]
    [InlineData("b", """{"version": 77, "shadow": true}""", "registry.version-unknown")]
    public async Task What_is_not_possible_is_refused(string variant, string body, string code)
    {
        await using var host = await Start();

        var refused = await host.Put($"{Variants}/{variant}", body);

        (await ServingHost.ProblemOf(refused)).Code.ShouldBe(code);
    }

    [Fact]
    public async Task More_than_all_of_the_traffic_cannot_be_given_away()
    {
        await using var host = await Start();
        await Set(host, "a", """{"version": 2, "weight": 0.7}""");

        var refused = await host.Put($"{Variants}/b", """{"version": 3, "weight": 0.4}""");

        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await ServingHost.ProblemOf(refused)).Detail.ShouldContain("b can have up to 0.3");
    }

    /// <summary>A deployment of version 1, and two more versions whose gates passed.</summary>
    internal static async Task<ServingHost> Start(ServingOptions? serving = null, string? postgres = null)
    {
        var host = await ServingHost.Start(serving: serving, postgres: postgres);
        await host.Deploy("coffee", seed: 1);
        foreach (var seed in (int[])[2, 3]) await host.Judge("coffee", await host.Register("coffee", seed));
        using var entity = new StringContent("""{"entity": "guest"}""", Encoding.UTF8, "application/json");
        (await host.Http.PatchAsync("/api/v1/deployments/coffee", entity, Cancelled)).EnsureSuccessStatusCode();
        return host;
    }

    internal static string Rows(IEnumerable<int> guests) =>
        $"[{string.Join(',', guests.Select(guest => $$"""{"age": {{20 + (guest % 60)}}, "guest": "g{{guest}}", "cups": {{guest % 9}}, "roast": "dark", "member": true}"""))}]";

    internal static async Task Set(ServingHost host, string variant, string body) => await ServingHost.Read<VariantWire>(await host.Put($"{Variants}/{variant}", body));

    internal static async Task<VariantsWire> Shown(ServingHost host) => await ServingHost.Read<VariantsWire>(await host.Http.GetAsync(Variants, Cancelled));

    internal static async Task Until(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 500 && !await condition(); i++) await Task.Delay(20, Cancelled);
        (await condition()).ShouldBeTrue();
    }

    /// <returns>Which version each guest got.</returns>
    private static async Task<Dictionary<int, long>> Ask(ServingHost host, IEnumerable<int> guests)
    {
        var asked = guests.ToList();
        var answers = (await ServingHost.Read<PredictionsWire>(await host.Post(PredictPath, Rows(asked)))).Predictions;
        return asked.Zip(answers).ToDictionary(pair => pair.First, pair => pair.Second.Version);
    }

    private static async Task Point(ServingHost host, long version)
    {
        var set = await host.Put("/api/v1/models/coffee/aliases/challenger", $$"""{"version": {{version}}}""");
        set.EnsureSuccessStatusCode();
    }
}

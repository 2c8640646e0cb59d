using System.Net;
using System.Text;
using Cairn.Client.Wire;
using Cairn.Serving;
using Cairn.Storage;
using Cairn.Unit.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Serving;

public sealed class CanariesOnSqlite : CanaryTests
{
    protected override bool Postgres => false;
}

public sealed class CanariesOnPostgres : CanaryTests
{
    protected override bool Postgres => true;
}

public abstract class CanaryTests : IAsyncLifetime
{
    private const string Deployment = "/api/v1/deployments/coffee", Canary = $"{Deployment}/canary", PredictPath = $"{Deployment}/predict";

    // Versions 1, 2 and 3 are other models: they may differ by much here.
    private const string Lenient = """{"different_decisions": 0.9, "latency": null}""";

    private TestPostgres? _postgres;
    private ServingHost _host = null!;

    protected abstract bool Postgres { get; }

    private static ServingOptions Quick => new() { MostInFlight = 0, CanaryPace = TimeSpan.FromMilliseconds(20) };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _postgres = Postgres ? await TestPostgres.Create() : null;
        _host = await VariantTests.Start(Quick, _postgres?.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_good_canary_walks_through_its_steps_keeps_whom_it_has_and_waits_for_a_person()
    {
        var started = await Start($$"""{"version": 2, "steps": [{{Step(0.1, 30)}}, {{Step(0.4, 60)}}, {{Step(1, 90)}}], "limits": {{Lenient}}}""");
        (started.Number, started.State, started.Step, started.Weight, started.ChampionVersion, started.StartedBy).ShouldBe((1, "running", 1, 0.1, 1, "local-admin"));
        started.Reason!.ShouldContain("Waits for 30 rows");

        var had = new HashSet<int>();
        var asked = 0;
        CanaryWire canary;
        while ((canary = await Get()).State == "running" && asked < 20_000)
        {
            var answers = await Ask(Enumerable.Range(0, 200));
            foreach (var guest in had) answers[guest].ShouldBe(2, $"guest {guest} had the canary already");
            had.UnionWith(answers.Where(answer => answer.Value == 2).Select(answer => answer.Key));
            asked += 200;
        }

        (canary.State, canary.Step, canary.Weight, had.Count).ShouldBe(("waiting", 3, 1, 200));
        canary.Reason!.ShouldContain("cairn promote coffee 2");
        canary.Past.Select(step => step.Weight).ShouldBe([0.1, 0.4]);
        canary.Past.Select(step => step.Counts.Rows >= (step.Weight < 0.2 ? 30 : 60)).ShouldAllBe(enough => enough);
        canary.Past[0].Counts.ShouldSatisfyAllConditions(
            counts => counts.SameRows!.Rows.ShouldBeInRange(30, counts.Rows), counts => counts.Errors.ShouldBe(0), counts => counts.ChampionRequests.ShouldBeGreaterThan(0),
            counts => counts.Latency!.P95Us.ShouldBeGreaterThan(0));

        await _host.Promote("coffee", 2);
        await Until(canary => canary.State == "promoted");
        await ShownUntil(variants => variants is [{ Name: "champion", Version: 2 }]);
        (await Ask(Enumerable.Range(0, 50))).Values.ShouldAllBe(version => version == 2);
    }

    [Fact]
    public async Task Every_row_is_counted_in_one_step_whenever_the_steps_change()
    {
        await Start($$"""{"version": 2, "steps": [{{Step(0.2, 50)}}, {{Step(0.5, 50)}}, {{Step(0.8, 50)}}, {{Step(1, 50)}}], "limits": {{Lenient}}, "when_done": "wait"}""");

        var answered = 0;
        using var done = new CancellationTokenSource();
        var load = Enumerable.Range(0, 3).Select(client => Task.Run(async () =>
        {
            for (var i = client; !done.IsCancellationRequested; i += 3)
                Interlocked.Add(ref answered, (await Ask(Enumerable.Range(i * 7 % 500, 7))).Values.Count(version => version == 2));
        })).ToList();
        await Until(canary => canary.State == "waiting");
        await done.CancelAsync();
        await Task.WhenAll(load);

        await Until(canary => Counted(canary) == answered, canary => $"{Counted(canary)} of {answered} rows are counted");
        static long Counted(CanaryWire canary) => canary.Counts.Rows + canary.Past.Sum(step => step.Counts.Rows);
    }

    [Fact]
    public async Task A_canary_that_decides_otherwise_is_aborted_and_the_champion_answers_all()
    {
        var contrary = await _host.Register("coffee", CoffeeModel.Package(4, positive: "No")); // says No where the champion says Yes
        await _host.Judge("coffee", contrary);
        await Start($$"""{"version": {{contrary}}, "steps": [{{Step(0.5, 100_000)}}]}""");

        await AskUntil(canary => canary.State == "aborted");

        var canary = await Get();
        (canary.Cause, canary.Weight, canary.EndedAt is not null).ShouldBe(("different_decisions", 0, true));
        canary.Reason!.ShouldContain("otherwise than the champion; at most 20.00 % are allowed");
        await ShownUntil(variants => variants[1] is { Name: "canary", Weight: 0, Canary: null });
        (await Ask(Enumerable.Range(0, 200))).Values.ShouldAllBe(version => version == 1);
        await _host.Services.GetRequiredService<Database>().Read(t =>
        {
            t.Query<string>("SELECT caller FROM audit_entries WHERE action = 'deployment.abort-canary'").ShouldBe(["canary 1 of coffee"]);
            t.Scalar<string>("SELECT payload FROM events WHERE type = 'deployment.canary-ended'")!.ShouldContain("different_decisions");
            return 0;
        }, Cancelled);
    }

    [Fact]
    public async Task A_canary_that_cannot_answer_is_aborted_and_no_request_fails_meanwhile()
    {
        var sugar = await _host.Register("coffee", CoffeeModel.Package(5, asksForSugar: true));
        await _host.Judge("coffee", sugar);
        await Start($$"""{"version": {{sugar}}, "steps": [{{Step(0.5, 100_000)}}]}""");

        await AskUntil(canary => canary.State == "aborted"); // each of its answers is a success

        var canary = await Get();
        (canary.Cause, canary.Counts.Rows).ShouldBe(("errors", 0));
        canary.Counts.Errors.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_canary_goes_on_at_its_step_with_its_counts_after_a_restart()
    {
        await Start($$"""{"version": 2, "steps": [{{Step(0.3, 40)}}, {{Step(0.6, 5000)}}, {{Step(1, 10)}}], "limits": {{Lenient}}}""");
        await AskUntil(canary => canary.Step == 2);
        await ShownUntil(variants => variants[1].Weight == 0.6);
        var versions = await Ask(Enumerable.Range(0, 300));
        await _host.Stop(); // what was counted last is stored first
        _host = await ServingHost.Start(_host.Home, serving: Quick, postgres: _postgres?.ConnectionString);

        var again = await Get();
        (again.State, again.Step, again.Weight, again.Past.Count).ShouldBe(("running", 2, 0.6, 1));
        var before = again.Counts.Rows;
        before.ShouldBeGreaterThanOrEqualTo(versions.Values.Count(version => version == 2));
        (await Ask(Enumerable.Range(0, 300))).ShouldBe(versions, ignoreOrder: true);
        await Until(canary => canary.Counts.Rows == before + versions.Values.Count(version => version == 2));
        await Until(canary => canary.Counts.SameRows!.Rows + canary.Past[0].Counts.SameRows!.Rows == canary.Counts.Rows + canary.Past[0].Counts.Rows);
    }

    [Fact]
    public async Task A_person_aborts_it_with_a_reason()
    {
        await Start($$"""{"version": 2, "steps": [{{Step(1, 100_000)}}], "limits": {{Lenient}}}""");
        (await Ask([1]))[1].ShouldBe(2);

        var aborted = await ServingHost.Read<CanaryWire>(await _host.Post($"{Canary}/abort", """{"reason": "the coffee is cold"}"""));

        (aborted.State, aborted.Cause, aborted.Reason).ShouldBe(("aborted", "person", "local-admin aborted it: the coffee is cold"));
        (await Ask([1]))[1].ShouldBe(1);
        (await ServingHost.ProblemOf(await _host.Post($"{Canary}/abort", "{}"))).Code.ShouldBe("canary.ended");
    }

    [Fact]
    public async Task It_is_promoted_when_that_was_asked_and_each_event_names_its_cause()
    {
        await Start($$"""{"version": 2, "steps": [{{Step(0.5, 20)}}, {{Step(1, 20)}}], "limits": {{Lenient}}, "when_done": "promote"}""");

        await AskUntil(canary => canary.State == "promoted");

        await ShownUntil(variants => variants is [{ Name: "champion", Version: 2 }]);
        (await Ask([1, 2, 3])).Values.ShouldAllBe(version => version == 2);
        var events = await _host.Services.GetRequiredService<Database>().Read(
            t => t.Query<Happened>("SELECT id, type, cause_id FROM events WHERE type LIKE 'deployment.canary-%' OR type = 'model.champion-changed' ORDER BY id"), Cancelled);
        var chain = events.SkipWhile(e => e.Type != "deployment.canary-started").ToList();
        chain.Select(e => e.Type).ShouldBe(["deployment.canary-started", "deployment.canary-stepped", "model.champion-changed", "deployment.canary-ended"]);
        chain.Select(e => e.CauseId).ShouldBe([null, chain[0].Id, chain[1].Id, chain[1].Id]);
    }

    [Fact]
    public async Task A_promotion_that_the_gates_refuse_meanwhile_leaves_it_waiting_with_the_reason()
    {
        await Start($$"""{"version": 2, "steps": [{{Step(1, 50)}}], "limits": {{Lenient}}, "when_done": "promote"}""");
        await _host.Judge("coffee", 2, "refused");

        await AskUntil(canary => canary.State == "waiting");

        (await Get()).Reason!.ShouldContain("cannot be promoted: The gates refused version 2");
        (await _host.Deployments.WaitUntilServes(Kernel.WorkspaceId.Default, "coffee", 1, Cancelled)).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task It_keeps_its_share_when_that_was_asked_and_is_not_watched_any_more()
    {
        await Start($$"""{"version": 2, "steps": [{{Step(0.5, 20)}}], "limits": {{Lenient}}, "when_done": "keep"}""");

        await AskUntil(canary => canary.State == "kept");

        await ShownUntil(variants => variants[1] is { Name: "canary", Weight: 0.5, Canary: null });
        await VariantTests.Set(_host, "canary", """{"weight": 0.2}""");
    }

    [Fact]
    public async Task Another_champion_ends_it()
    {
        await Start($$"""{"version": 2, "steps": [{{Step(1, 100_000)}}], "limits": {{Lenient}}}""");

        await _host.Promote("coffee", 3);

        await Until(canary => canary.Cause == "champion_changed");
        await VariantTests.Until(async () => (await Ask([1]))[1] == 3);
    }

    [Fact]
    public async Task While_it_runs_its_variant_is_not_to_be_moved_its_places_are_kept_free_and_there_is_no_other()
    {
        await Start($$"""{"version": 2, "steps": [{{Step(0.1, 100_000)}}, {{Step(0.8, 1)}}], "limits": {{Lenient}}}""");

        (await ServingHost.ProblemOf(await _host.Put($"{Deployment}/variants/canary", """{"weight": 0.5}"""))).Code.ShouldBe("canary.holds-variant");
        (await ServingHost.ProblemOf(await _host.Http.DeleteAsync($"{Deployment}/variants/canary", Cancelled))).Code.ShouldBe("canary.holds-variant");
        (await ServingHost.ProblemOf(await _host.Put($"{Deployment}/variants/b", """{"version": 3, "weight": 0.3}"""))).Code.ShouldBe("variant.weights");
        await VariantTests.Set(_host, "b", """{"version": 3, "weight": 0.2}""");
        (await ServingHost.ProblemOf(await _host.Post(Canary, """{"version": 3}"""))).Code.ShouldBe("canary.running");
    }

    [Fact]
    public async Task Canaries_are_listed_newest_first_and_an_ended_one_makes_room_for_the_next()
    {
        (await ServingHost.ProblemOf(await _host.Http.GetAsync(Canary, Cancelled))).Code.ShouldBe("canary.none");
        for (var number = 1; number <= 3; number++)
        {
            (await Start($$"""{"limits": {"errors": null, "mean_absolute_difference": 0.3}, "version": {{2 + (number % 2)}} }""")).Number.ShouldBe(number);
            await _host.Client.AbortCanaryAsync("coffee", "the next one", Cancelled);
        }

        var first = await _host.Client.ListCanariesAsync("coffee", limit: 2, cancellation: Cancelled);
        var second = await _host.Client.ListCanariesAsync("coffee", limit: 2, pageToken: first.NextPageToken, cancellation: Cancelled);

        first.Items.Concat(second.Items).Select(canary => (canary.Number, canary.State)).ShouldBe([(3, "aborted"), (2, "aborted"), (1, "aborted")]);
        second.NextPageToken.ShouldBeNull();
        first.Items[0].Limits.ShouldBe(new CanaryLimits { Errors = null, MeanAbsoluteDifference = 0.3 }); // a null stays one, what was not said has its default
    }

    [Theory]
    [InlineData("""{"version": 77}""", "registry.version-unknown")]
    [InlineData("""{"version": 1}""", "canary.is-champion")]
    [InlineData("""{"version": 2, "variant": "champion"}""", "variant.champion")]
    [InlineData("""{"steps": []}""", "canary.invalid")]
    [InlineData("""{"version": 2, "steps": []}""", "canary.invalid")]
    [InlineData("""{"version": 2, "steps": [null]}""", "canary.invalid")]
    [InlineData("""{"version": 2, "steps": null}""", "canary.invalid")]
    [InlineData("""{"version": 2, "steps": [{"weight": 0.5}, {"weight": 0.5}]}""", "canary.invalid")]
    [InlineData("""{"version": 2, "steps": [{"weight": 1.5}]}""", "canary.invalid")]
    [InlineData("""{"version": 2, "steps": [{"weight": 0.5, "min_rows": 0}]}""", "canary.invalid")]
    [InlineData("""{"version": 2, "limits": {"error": 0.1}}""", "canary.invalid")]
    [InlineData("""{"version": 2, "limits": {"errors": 0}}""", "canary.invalid")]
    [InlineData("""{"version": 2, "limits": {"latency": {"factor": 0.5}}}""", "canary.invalid")]
    [InlineData("""{"version": 2, "when_done": "celebrate"}""", "canary.invalid")]
    [InlineData("""[]""", "canary.invalid")]
    public async Task What_is_not_possible_is_refused(string body, string code) => (await ServingHost.ProblemOf(await _host.Post(Canary, body))).Code.ShouldBe(code);

    [Fact]
    public async Task A_version_that_its_gates_did_not_pass_needs_an_override_and_is_not_promoted_by_itself()
    {
        var unjudged = await _host.Register("coffee", seed: 9);

        (await ServingHost.ProblemOf(await _host.Post(Canary, $$"""{"version": {{unjudged}}}"""))).Code.ShouldBe("registry.gate-not-passed");
        (await ServingHost.ProblemOf(await _host.Post(Canary, $$"""{"version": {{unjudged}}, "override": true, "reason": "try", "when_done": "promote"}"""))).Code.ShouldBe("registry.gate-not-passed");
        (await Start($$"""{"version": {{unjudged}}, "override": true, "reason": "try"}""")).Version.ShouldBe(unjudged);
    }

    [Fact]
    public async Task What_the_champion_makes_of_the_canarys_rows_is_in_the_log_beside_its_answers()
    {
        await Start($$"""{"version": 2, "steps": [{{Step(1, 100_000)}}], "limits": {{Lenient}}}""");
        await Ask(Enumerable.Range(0, 100));

        await VariantTests.Until(async () =>
            (await ServingHost.Read<LoggedVariantsWire>(await _host.Http.GetAsync($"{Deployment}/variants/logged", Cancelled))).Variants.Any(variant => variant is { Name: "champion", Shadow: true, Numbers.Rows: 100 }));
        (await VariantTests.Shown(_host)).Variants.Single(variant => variant.Name == "champion").Numbers!.Rows.ShouldBe(0); // nobody was told
    }

    private static string Step(double weight, long rows) => $$"""{"weight": {{weight.ToString(System.Globalization.CultureInfo.InvariantCulture)}}, "min_seconds": 0, "min_rows": {{rows}}}""";

    private async Task<CanaryWire> Start(string body) => await ServingHost.Read<CanaryWire>(await _host.Post(Canary, Encoding.UTF8.GetBytes(body)));

    private async Task<CanaryWire> Get() => await ServingHost.Read<CanaryWire>(await _host.Http.GetAsync(Canary, Cancelled));

    private async Task<Dictionary<int, long>> Ask(IEnumerable<int> guests)
    {
        var asked = guests.ToList();
        var response = await _host.Post(PredictPath, VariantTests.Rows(asked));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return asked.Zip((await ServingHost.Read<PredictionsWire>(response)).Predictions).ToDictionary(pair => pair.First, pair => pair.Second.Version);
    }

    /// <summary>What is stored is told before what serves has followed it.</summary>
    private Task ShownUntil(Func<IReadOnlyList<VariantWire>, bool> condition) => VariantTests.Until(async () => condition((await VariantTests.Shown(_host)).Variants));

    private async Task AskUntil(Func<CanaryWire, bool> condition)
    {
        for (var i = 0; i < 500 && !condition(await Get()); i++) await Ask(Enumerable.Range(i * 40, 40));
        condition(await Get()).ShouldBeTrue((await Get()).ToString());
    }

    private async Task Until(Func<CanaryWire, bool> condition, Func<CanaryWire, string>? otherwise = null)
    {
        for (var i = 0; i < 500 && !condition(await Get()); i++) await Task.Delay(20, Cancelled);
        var canary = await Get();
        condition(canary).ShouldBeTrue(otherwise?.Invoke(canary) ?? canary.ToString());
    }

    private sealed record Happened(long Id, string Type, long? CauseId);
}

using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Tracking;

namespace Cairn.Unit.Tests.Tracking;

public sealed class ChampionOnSqlite : ChampionTests
{
    protected override bool Postgres => false;
}

public sealed class ChampionOnPostgres : ChampionTests
{
    protected override bool Postgres => true;
}

public abstract class ChampionTests : TrackingTests
{
    [Fact]
    public async Task A_version_whose_gates_passed_becomes_champion_with_history_event_and_audit()
    {
        var version = await Home.Version("churn");

        var move = (await Home.Promote("churn", version, "it is better")).Value;

        move.ShouldBe(new PromotionWire("churn", 1, null, "promote", "local-admin", "it is better", Home.Clock.Micros()));
        (await Home.Champion("churn")).ShouldBe(1);
        var champion = (await Home.Models.FindChampion(WorkspaceId.Default, "churn", default))!;
        champion.Aliases.ShouldBe(["champion"]);
        champion.Verdict!.Checks.ShouldHaveSingleItem().Passed.ShouldBeTrue();
        var change = JsonSerializer.Deserialize<ChampionChange>((await Events()).ShouldHaveSingleItem(), CairnJson.Options);
        change.ShouldBe(new ChampionChange("churn", 1, null, champion.PackageDigest));
        (await Audits("model.promote")).ShouldHaveSingleItem().ShouldContain("it is better");
    }

    [Fact]
    public async Task The_event_always_carries_all_four_members()
    {
        await Home.Promote("churn", await Home.Version("churn"));

        using var payload = JsonDocument.Parse((await Events()).ShouldHaveSingleItem());

        payload.RootElement.EnumerateObject().Select(member => member.Name).ShouldBe(["model", "version", "previous", "package_digest"]);
    }

    [Theory]
    [InlineData("refused", "registry.gate-not-passed")]
    [InlineData(null, "registry.gate-not-passed")]
    [InlineData("no_signal", "registry.no-signal")]
    public async Task A_version_that_did_not_pass_is_refused_and_says_why(string? verdict, string code)
    {
        var version = await Home.Version("churn", verdict);

        var answer = await Home.Promote("churn", version);

        answer.Refusal.ShouldBeOfType<Refusal.Forbidden>().Code.ShouldBe(code);
        if (verdict == "refused") answer.Refusal!.Detail.ShouldContain("roc_auc >= 0.8");
        (await Home.Champion("churn")).ShouldBeNull();
        (await Events()).ShouldBeEmpty();
        (await Audits("model.promote")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_override_needs_a_reason_is_audited_and_never_helps_a_version_without_signal()
    {
        var refused = await Home.Version("churn", "refused");
        var noSignal = await Home.Version("churn", "no_signal");

        (await Home.Promote("churn", refused, " ", force: true)).Refusal!.Code.ShouldBe("registry.reason-required");
        (await Home.Promote("churn", noSignal, "I want it", force: true)).Refusal!.Code.ShouldBe("registry.no-signal");
        (await Home.Promote("churn", refused, "the labels are late", force: true)).Value.Kind.ShouldBe("override");

        (await Audits("model.promote")).ShouldHaveSingleItem().ShouldContain("the labels are late");
        (await Home.Champion("churn")).ShouldBe(refused);
    }

    [Fact]
    public async Task The_newest_verdict_counts()
    {
        var version = await Home.Version("churn", "passed");
        await Home.Models.RecordVerdict(TrackingHome.Admin, "churn", version, new("refused", "worse than the champion", 2, []), default);

        (await Home.Promote("churn", version)).Refusal!.Code.ShouldBe("registry.gate-not-passed");
    }

    [Fact]
    public async Task Promoting_the_champion_again_moves_nothing()
    {
        var version = await Home.Version("churn");
        var first = (await Home.Promote("churn", version)).Value;
        Home.Clock.Step(TimeSpan.FromDays(1));

        (await Home.Promote("churn", version)).Value.ShouldBe(first);

        (await Events()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Rollback_goes_back_over_what_was_not_rolled_back_from()
    {
        foreach (var _ in Enumerable.Range(0, 3)) await Home.Version("churn");
        await Home.Promote("churn", 1);
        await Home.Promote("churn", 2);

        var back = (await Rollback()).Value;
        back.ShouldBe(new PromotionWire("churn", 1, 2, "rollback", "local-admin", "bad numbers", back.Time));
        await Home.Promote("churn", 3);
        (await Rollback()).Value.Version.ShouldBe(1); // not 2, which was rolled back from
        (await Rollback()).Refusal.ShouldBeOfType<Refusal.Conflict>().Code.ShouldBe("registry.nothing-to-roll-back");

        (await Home.Champion("churn")).ShouldBe(1);
    }

    [Fact]
    public async Task Rollback_needs_no_new_verdict_and_asks_nothing_of_the_gates_again()
    {
        await Home.Version("churn");
        await Home.Version("churn");
        await Home.Promote("churn", 1);
        await Home.Promote("churn", 2);
        await Home.Models.RecordVerdict(TrackingHome.Admin, "churn", 1, new("refused", "later gates", 2, []), default);

        (await Rollback()).Value.Version.ShouldBe(1);
    }

    [Fact]
    public async Task Promotions_at_once_leave_one_champion_and_a_history_without_gaps()
    {
        foreach (var _ in Enumerable.Range(0, 6)) await Home.Version("churn");

        var moves = await Task.WhenAll(Enumerable.Range(1, 6).Select(version => Home.Promote("churn", version)));

        moves.ShouldAllBe(move => move.Refusal == null);
        var history = moves.Select(move => move.Value).OrderBy(move => move.Time).ToList();
        history[0].Previous.ShouldBeNull();
        history.Skip(1).Select(move => move.Previous).ShouldBe(history.SkipLast(1).Select(move => move.Version));
        (await Home.Champion("churn")).ShouldBe(history[^1].Version);
        (await Events()).Count.ShouldBe(6);
    }

    [Fact]
    public async Task Registering_the_same_run_and_package_again_is_the_same_version()
    {
        var run = await Home.Run();
        var package = await Home.Package("one");

        (await Home.Models.Register(TrackingHome.Admin, "churn", run, package, Tags("a", "b"), default)).Value.ShouldBe(1);
        (await Home.Models.Register(TrackingHome.Admin, "churn", run, package, Tags("a", "b"), default)).Value.ShouldBe(1);

        var version = (await Home.Models.Find(WorkspaceId.Default, "churn", 1, default))!;
        version.PackageDigest.ShouldBe(package.Hex);
        version.Source.ShouldBe($"mlflow-artifacts:/0/{run}/artifacts/model");
        version.Tags.ShouldBe(Tags("a", "b"));
    }

    [Fact]
    public async Task Nothing_is_registered_without_its_run_and_its_package()
    {
        (await Home.Models.Register(TrackingHome.Admin, "churn", "no-run", await Home.Package("x"), Tags("a", "b"), default)).Refusal!.Code.ShouldBe("run.unknown");
        (await Home.Models.Register(TrackingHome.Admin, "churn", await Home.Run(), Digest.Of("y"u8), Tags("a", "b"), default)).Refusal!.Code.ShouldBe("package.missing");
        (await Home.Models.Register(TrackingHome.Admin, "a/b", await Home.Run(), await Home.Package("x"), Tags("a", "b"), default)).Refusal!.Code.ShouldBe("registry.name-invalid");
        (await Home.Promote("churn", 1)).Refusal!.Code.ShouldBe("registry.model-unknown");
    }

    [Fact]
    public async Task Without_the_permission_nobody_moves_the_champion()
    {
        var version = await Home.Version("churn");
        var writer = new Caller(WorkspaceId.Default, "writer", [Permission.ModelsRead, Permission.ModelsWrite]);

        (await Home.Models.Promote(writer, "churn", new Promote(version), default)).Refusal!.Code.ShouldBe("access.permission-missing");
        (await Home.Models.Promote(TrackingHome.Neighbour, "churn", new Promote(version), default)).Refusal!.Code.ShouldBe("registry.model-unknown");
    }

    private Task<Answer<PromotionWire>> Rollback() => Home.Models.Rollback(TrackingHome.Admin, "churn", new Rollback("bad numbers"), default);

    private Task<IReadOnlyList<string>> Events() => Home.Database.Read(t => t.Query<string>("SELECT payload FROM events WHERE type = 'model.champion-changed' ORDER BY id"));

    private Task<IReadOnlyList<string>> Audits(string action) => Home.Database.Read(t => t.Query<string>("SELECT detail FROM audit_entries WHERE action = @action", new { action }));

    private static Dictionary<string, string> Tags(string key, string value) => new(StringComparer.Ordinal) { [key] = value };
}

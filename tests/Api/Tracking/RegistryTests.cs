using System.Net;
using System.Net.Http.Json;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Tracking;

public sealed class RegistryOnSqlite : RegistryTests
{
    protected override bool Postgres => false;
}

public sealed class RegistryOnPostgres : RegistryTests
{
    protected override bool Postgres => true;
}

public abstract class RegistryTests : TrackingOn
{
    private const string Models = "/api/v1/models";
    private const string Churn = $"{Models}/churn";

    [Fact]
    public async Task Versions_from_outside_are_registered_listed_described_and_tagged()
    {
        (await Outside()).Version.ShouldBe(1);
        (await Outside()).Version.ShouldBe(2);

        (await TrackingHost.Read<ModelVersionWire>(await _host.Patch($"{Churn}/versions/2", new Describe("better")))).Description.ShouldBe("better");
        (await TrackingHost.Read<ModelVersionWire>(await _host.Put($"{Churn}/versions/2/tags", Tags("a", "b")))).Tags["a"].ShouldBe("b");
        (await TrackingHost.Read<ModelWire>(await _host.Patch(Churn, new Describe("who leaves")))).Description.ShouldBe("who leaves");
        (await TrackingHost.Read<ModelWire>(await _host.Put($"{Churn}/tags", Tags("team", "crm")))).Tags["team"].ShouldBe("crm");
        await _host.Http.DeleteAsync($"{Churn}/versions/2/tags/a").ShouldSucceed();
        await _host.Http.DeleteAsync($"{Churn}/tags/team").ShouldSucceed();

        var versions = await _host.Get<Page<ModelVersionWire>>($"{Churn}/versions?limit=1");
        versions.Items.ShouldHaveSingleItem().Version.ShouldBe(2);
        versions.Items[0].Tags.ShouldBeEmpty();
        (await _host.Get<Page<ModelVersionWire>>($"{Churn}/versions?limit=1&page_token={versions.NextPageToken}")).Items.ShouldHaveSingleItem().Version.ShouldBe(1);
        var model = (await _host.Get<Page<ModelWire>>(Models)).Items.ShouldHaveSingleItem();
        (model.Name, model.LatestVersion, model.Champion, model.Tags.Count).ShouldBe(("churn", 2, null, 0));
        (await _host.Get<ModelVersionWire>($"{Churn}/versions/1")).PackageDigest.ShouldBeNull();
        (await _host.Audited()).ShouldBe(["model.register", "model.register", "model.describe", "model.tag", "model.describe", "model.tag", "model.untag", "model.untag"]);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("file:///etc")]
    [InlineData("s3://b/%2e%2e/x")]
    [InlineData("s3://b/a\0")]
    [InlineData("")]
    public async Task A_source_on_the_servers_disk_is_refused(string source) =>
        await _host.Post($"{Churn}/versions", new RegisterVersion(source)).ShouldBeProblem(HttpStatusCode.BadRequest, "registry.source-invalid");

    [Fact]
    public async Task Bad_names_and_unknown_runs_register_nothing()
    {
        await _host.Post($"{Models}/a:b/versions", new RegisterVersion("s3://b/x")).ShouldBeProblem(HttpStatusCode.BadRequest, "registry.name-invalid");
        await _host.Post($"{Models}/{new string('x', 257)}/versions", new RegisterVersion("s3://b/x")).ShouldBeProblem(HttpStatusCode.BadRequest, "registry.name-invalid");
        await _host.Post($"{Churn}/versions", new RegisterVersion("s3://b/x", RunId: "none")).ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
        (await _host.Get<Page<ModelWire>>(Models)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_not_there_is_answered_with_what_is()
    {
        await Outside();

        (await _host.Http.GetAsync($"{Models}/chrun").ShouldBeProblem(HttpStatusCode.NotFound, "registry.model-unknown")).ShouldContain("churn");
        (await _host.Http.GetAsync($"{Churn}/versions/7").ShouldBeProblem(HttpStatusCode.NotFound, "registry.version-unknown")).ShouldContain("1");
        await _host.Http.GetAsync($"{Churn}/versions/7/lineage").ShouldBeProblem(HttpStatusCode.NotFound, "registry.version-unknown");
        await _host.Http.GetAsync($"{Models}/none/versions").ShouldBeProblem(HttpStatusCode.NotFound, "registry.model-unknown");
        await _host.Http.GetAsync($"{Models}/none/promotions").ShouldBeProblem(HttpStatusCode.NotFound, "registry.model-unknown");
        await _host.Patch($"{Churn}/versions/7", new Describe("x")).ShouldBeProblem(HttpStatusCode.NotFound, "registry.version-unknown");
        await _host.Put($"{Churn}/versions/7/tags", Tags("a", "b")).ShouldBeProblem(HttpStatusCode.NotFound, "registry.version-unknown");
        await _host.Http.DeleteAsync($"{Churn}/aliases/x").ShouldBeProblem(HttpStatusCode.NotFound, "registry.alias-unknown");
    }

    [Fact]
    public async Task Another_workspace_sees_and_changes_nothing()
    {
        await Outside();

        (await TrackingHost.Read<Page<ModelWire>>(await _host.Neighbour.GetAsync(Models))).Items.ShouldBeEmpty();
        foreach (var path in new[] { Churn, $"{Churn}/versions", $"{Churn}/versions/1", $"{Churn}/versions/1/lineage", $"{Churn}/promotions" })
            await _host.Neighbour.GetAsync(path).ShouldBeProblem(HttpStatusCode.NotFound, "registry.model-unknown");
        foreach (var path in new[] { Churn, $"{Churn}/versions/1", $"{Churn}/tags/a", $"{Churn}/versions/1/tags/a", $"{Churn}/aliases/a", $"{Churn}/aliases/champion" })
            await _host.Neighbour.DeleteAsync(path).ShouldBeProblem(HttpStatusCode.NotFound, "registry.model-unknown");
        foreach (var path in new[] { Churn, $"{Churn}/versions/1" })
            await _host.Neighbour.PatchAsync(path, JsonContent.Create(new { description = "x" })).ShouldBeProblem(HttpStatusCode.NotFound, "registry.model-unknown");
        foreach (var path in new[] { $"{Churn}/tags", $"{Churn}/versions/1/tags" })
            await _host.Neighbour.PutAsync(path, JsonContent.Create(new { tags = new { a = "b" } })).ShouldBeProblem(HttpStatusCode.NotFound, "registry.model-unknown");
        foreach (var (path, body) in new (string, object)[] { ("promote", new { version = 1, unverified = true }), ("rollback", new { }), ("versions/1/stage", new { stage = "Staging" }) })
            await _host.Neighbour.PostAsync($"{Churn}/{path}", JsonContent.Create(body)).ShouldBeProblem(HttpStatusCode.NotFound, "registry.model-unknown");
        await _host.Neighbour.PutAsync($"{Churn}/aliases/a", JsonContent.Create(new { version = 1 })).ShouldBeProblem(HttpStatusCode.NotFound, "registry.model-unknown");
    }

    [Fact]
    public async Task A_version_from_outside_is_promoted_unverified_only()
    {
        await Outside();

        await _host.Post($"{Churn}/promote", new Promote(1, "please", Override: true)).ShouldBeProblem(HttpStatusCode.Forbidden, "registry.unverified");
        (await TrackingHost.Read<PromotionWire>(await _host.Post($"{Churn}/promote", new Promote(1, Unverified: true)))).Kind.ShouldBe("unverified");
    }

    [Fact]
    public async Task The_alias_champion_follows_the_rules_of_a_promotion_and_others_are_free()
    {
        await _host.Version("churn", "refused");
        await _host.Version("churn");

        (await TrackingHost.Read<ModelVersionWire>(await _host.Put($"{Churn}/aliases/candidate", new SetAlias(1)))).Aliases.ShouldBe(["candidate"]);
        await _host.Put($"{Churn}/aliases/champion", new SetAlias(1)).ShouldBeProblem(HttpStatusCode.Forbidden, "registry.gate-not-passed");
        (await TrackingHost.Read<ModelVersionWire>(await _host.Put($"{Churn}/aliases/champion", new SetAlias(2, "good")))).Aliases.ShouldBe(["champion"]);
        (await TrackingHost.Read<ModelVersionWire>(await _host.Put($"{Churn}/aliases/candidate", new SetAlias(2)))).Aliases.ShouldBe(["candidate", "champion"]);
        await _host.Put($"{Churn}/aliases/candidate", new SetAlias(9)).ShouldBeProblem(HttpStatusCode.NotFound, "registry.version-unknown");
        foreach (var alias in new[] { "latest", "LATEST", "v12", "a.b", new string('x', 256) })
            await _host.Put($"{Churn}/aliases/{alias}", new SetAlias(1)).ShouldBeProblem(HttpStatusCode.BadRequest, "registry.alias-invalid");
        await _host.Http.DeleteAsync($"{Churn}/aliases/candidate").ShouldSucceed();
        (await _host.Get<ModelWire>(Churn)).Aliases.ShouldBe(new Dictionary<string, long>(StringComparer.Ordinal) { ["champion"] = 2 });
    }

    [Fact]
    public async Task Removing_champion_is_a_move_to_nothing_and_can_be_rolled_back()
    {
        await _host.Version("churn");
        await _host.Post($"{Churn}/promote", new Promote(1)).ShouldSucceed(HttpStatusCode.OK);

        await _host.Http.DeleteAsync($"{Churn}/aliases/champion?reason=harm").ShouldSucceed();

        var last = (await _host.Get<Page<PromotionWire>>($"{Churn}/promotions")).Items[0];
        (last.Version, last.Previous, last.Kind, last.Reason).ShouldBe((null, 1, "remove", "harm"));
        await _host.Http.DeleteAsync($"{Churn}/aliases/champion").ShouldBeProblem(HttpStatusCode.NotFound, "registry.alias-unknown");
        (await TrackingHost.Read<PromotionWire>(await _host.Post($"{Churn}/rollback", new Rollback()))).Version.ShouldBe(1);
    }

    [Fact]
    public async Task Production_sets_the_alias_by_the_rules_and_other_stages_move_nothing()
    {
        await _host.Version("churn", null);
        await _host.Version("churn");

        await Stage(1, new TransitionStage("production")).ShouldBeProblem(HttpStatusCode.Forbidden, "registry.gate-not-passed");
        (await _host.Get<ModelVersionWire>($"{Churn}/versions/1")).Stage.ShouldBe("None");
        (await TrackingHost.Read<ModelVersionWire>(await Stage(1, new TransitionStage("Production", Reason: "trial", Override: true)))).Stage.ShouldBe("Production");
        var moved = await TrackingHost.Read<ModelVersionWire>(await Stage(2, new TransitionStage("Production", ArchiveExisting: true)));
        moved.Aliases.ShouldBe(["champion"]);
        (await _host.Get<ModelVersionWire>($"{Churn}/versions/1")).Stage.ShouldBe("Archived");

        (await TrackingHost.Read<ModelVersionWire>(await Stage(2, new TransitionStage("Staging")))).Aliases.ShouldBe(["champion"]); // the alias is the truth
        await Stage(2, new TransitionStage("live")).ShouldBeProblem(HttpStatusCode.BadRequest, "registry.stage-invalid");
        await Stage(2, new TransitionStage("Archived", ArchiveExisting: true)).ShouldBeProblem(HttpStatusCode.BadRequest, "registry.stage-invalid");
        await Stage(9, new TransitionStage("Staging")).ShouldBeProblem(HttpStatusCode.NotFound, "registry.version-unknown");
    }

    [Fact]
    public async Task The_history_says_who_was_champion_at_any_time()
    {
        for (var version = 1; version <= 3; version++)
        {
            await _host.Version("churn");
            await _host.Post($"{Churn}/promote", new Promote(version)).ShouldSucceed(HttpStatusCode.OK);
        }

        await _host.Post($"{Churn}/rollback", new Rollback("bad")).ShouldSucceed(HttpStatusCode.OK);
        var moves = (await _host.Get<Page<PromotionWire>>($"{Churn}/promotions")).Items;

        moves.Select(move => (move.Version, move.Kind)).ShouldBe([(2, "rollback"), (3, "promote"), (2, "promote"), (1, "promote")]);
        foreach (var move in moves)
        {
            (await At($"{move.Time}")).ShouldBe(move);
            (await At($"{move.Time - 1}"))?.Version.ShouldBe(move.Previous);
            (await At(Cairn.Kernel.Time.FromMicros(move.Time).ToString("O"))).ShouldBe(move);
        }

        (await At($"{moves[^1].Time - 1}")).ShouldBeNull();
        (await At("2020-01-01")).ShouldBeNull();
        var page = await _host.Get<Page<PromotionWire>>($"{Churn}/promotions?limit=3");
        (await _host.Get<Page<PromotionWire>>($"{Churn}/promotions?limit=3&page_token={page.NextPageToken}")).Items.ShouldBe([moves[3]]);
        await _host.Http.GetAsync($"{Churn}/promotions?at=yesterday").ShouldBeProblem(HttpStatusCode.BadRequest, "registry.time-invalid");
    }

    [Fact]
    public async Task Where_a_rollback_leads_can_be_asked_before_and_asking_moves_nothing()
    {
        for (var version = 1; version <= 3; version++)
        {
            await _host.Version("churn");
            (await Preview()).ShouldBe(new("churn", version > 1 ? version - 1 : null, version > 2 ? version - 2 : null));
            await _host.Post($"{Churn}/promote", new Promote(version)).ShouldSucceed(HttpStatusCode.OK);
        }

        await _host.Http.DeleteAsync($"{Churn}/versions/2").ShouldSucceed();
        (await Preview()).ShouldBe(new("churn", 3, 1)); // what was deleted is skipped
        (await TrackingHost.Read<PromotionWire>(await _host.Post($"{Churn}/rollback", new Rollback()))).Version.ShouldBe(1);
        (await Preview()).ShouldBe(new("churn", 1, null));
        await _host.Http.GetAsync("/api/v1/models/nobody/rollback").ShouldBeProblem(HttpStatusCode.NotFound, "registry.model-unknown");
    }

    [Fact]
    public async Task Lineage_leads_from_the_version_to_run_data_package_and_promotions()
    {
        await _host.Version("churn");
        await _host.Post($"{Churn}/promote", new Promote(1)).ShouldSucceed(HttpStatusCode.OK);

        var lineage = await _host.Get<LineageWire>($"{Churn}/versions/1/lineage");

        lineage.Run!.RunId.ShouldBe(lineage.Version.RunId);
        lineage.Datasets.ShouldHaveSingleItem().Digest.ShouldBe(new string('a', 64));
        lineage.Package!.Digest.ShouldBe(lineage.Version.PackageDigest);
        lineage.Package.Files.ShouldHaveSingleItem().Path.ShouldBe("MLmodel");
        lineage.Promotions.ShouldHaveSingleItem().Version.ShouldBe(1);
        (await _host.Http.GetStringAsync($"/api/v1/runs/{lineage.Run.RunId}/artifacts/content/model/MLmodel")).ShouldBe($"run_id: {lineage.Run.RunId}\n");
    }

    [Fact]
    public async Task A_champion_is_not_deleted_and_a_number_is_never_given_out_again()
    {
        await _host.Version("churn");
        await _host.Version("churn");
        await _host.Post($"{Churn}/promote", new Promote(1)).ShouldSucceed(HttpStatusCode.OK);

        await _host.Http.DeleteAsync($"{Churn}/versions/1").ShouldBeProblem(HttpStatusCode.Conflict, "registry.version-is-champion");
        await _host.Http.DeleteAsync(Churn).ShouldBeProblem(HttpStatusCode.Conflict, "registry.version-is-champion");
        await _host.Http.DeleteAsync($"{Churn}/versions/2").ShouldSucceed();
        await _host.Http.DeleteAsync($"{Churn}/versions/2").ShouldBeProblem(HttpStatusCode.NotFound, "registry.version-unknown");
        (await _host.Version("churn")).ShouldBe(3);
        await _host.Http.DeleteAsync($"{Churn}/aliases/champion").ShouldSucceed();
        await _host.Http.DeleteAsync(Churn).ShouldSucceed();
        await _host.Http.GetAsync(Churn).ShouldBeProblem(HttpStatusCode.NotFound, "registry.model-unknown");
        (await _host.Version("churn")).ShouldBe(4);
        await _host.Post($"{Churn}/rollback", new Rollback()).ShouldBeProblem(HttpStatusCode.Conflict, "registry.nothing-to-roll-back");
        (await _host.Get<Page<PromotionWire>>($"{Churn}/promotions")).Items.Count.ShouldBe(2);
    }

    private Task<HttpResponseMessage> Stage(long version, TransitionStage request) => _host.Post($"{Churn}/versions/{version}/stage", request);

    private Task<RollbackPreviewWire> Preview() => _host.Get<RollbackPreviewWire>($"{Churn}/rollback");

    private async Task<PromotionWire?> At(string time) => (await _host.Get<Page<PromotionWire>>($"{Churn}/promotions?at={Uri.EscapeDataString(time)}&limit=1")).Items is [var move, ..] ? move : null;

    private async Task<ModelVersionWire> Outside() => await TrackingHost.Read<ModelVersionWire>(await _host.Post($"{Churn}/versions", new RegisterVersion("s3://bucket/model")));

    private static SetTags Tags(string key, string value) => new(new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value });
}

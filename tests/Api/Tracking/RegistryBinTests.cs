using System.Net;
using System.Text.Json.Nodes;
using Cairn.Api.Tests.Mlflow;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Tracking;

public sealed class RegistryBinOnSqlite : RegistryBinTests
{
    protected override bool Postgres => false;
}

public sealed class RegistryBinOnPostgres : RegistryBinTests
{
    protected override bool Postgres => true;
}

/// <summary>Registered models and versions that are deleted, by either API, and brought back.</summary>
public abstract class RegistryBinTests : TrackingOn
{
    private const string Churn = "/api/v1/models/churn";

    [Fact]
    public async Task A_deleted_model_is_nowhere_and_comes_back_as_it_was()
    {
        await Two();
        await _host.Put($"{Churn}/tags", Tags("team", "crm")).ShouldSucceed(HttpStatusCode.OK);
        await _host.Put($"{Churn}/versions/2/tags", Tags("note", "late")).ShouldSucceed(HttpStatusCode.OK);
        await _host.Put($"{Churn}/aliases/candidate", new SetAlias(2)).ShouldSucceed(HttpStatusCode.OK);
        await _host.Post($"{Churn}/promote", new Promote(1)).ShouldSucceed(HttpStatusCode.OK);
        await _host.Http.DeleteAsync($"{Churn}/aliases/champion").ShouldSucceed();

        await _host.Http.DeleteAsync(Churn).ShouldSucceed();

        await _host.Http.GetAsync(Churn).ShouldBeProblem(HttpStatusCode.NotFound, "registry.model-unknown");
        await _host.Http.GetAsync($"{Churn}/versions/1").ShouldBeProblem(HttpStatusCode.NotFound, "registry.model-unknown");
        (await _host.Get<Page<ModelWire>>("/api/v1/models")).Items.ShouldBeEmpty();
        (await _host.Http.MlflowGet("registered-models/search"))["registered_models"].ShouldBeNull();
        (await _host.Http.MlflowGet("model-versions/search"))["model_versions"].ShouldBeNull();
        (await _host.Models.FindByAlias(Cairn.Kernel.WorkspaceId.Default, "churn", "candidate", default)).ShouldBeNull();
        var item = (await Bin("models")).ShouldHaveSingleItem();
        item.ShouldSatisfyAllConditions(
            deleted => deleted.Name.ShouldBe("churn"), deleted => deleted.Versions.ShouldBe(2), deleted => deleted.Files.ShouldBe(2), deleted => deleted.DeletedBy.ShouldBe("local-admin"), deleted => deleted.ExperimentId.ShouldBeNull(),
            deleted => deleted.PurgeAt.ShouldBe(deleted.DeletedAt + (30 * 86_400_000_000L)));
        foreach (var path in (string[])[Churn, $"/api/v1/models/:{item.Subject["models/".Length..]}"])
            await _host.Http.GetAsync(path).ShouldBeProblem(HttpStatusCode.NotFound, "registry.model-unknown");
        (await _host.Get<Page<PromotionWire>>($"{Churn}/promotions")).Items.Count.ShouldBe(2); // who was champion can still be asked

        await Restore(item).ShouldSucceed();

        var model = await _host.Get<ModelWire>(Churn);
        (model.Tags["team"], model.Aliases["candidate"], model.Champion, model.LatestVersion).ShouldBe(("crm", 2, null, 2));
        var version = await _host.Get<ModelVersionWire>($"{Churn}/versions/2");
        (version.Tags["note"], version.Verdict!.Verdict, version.Aliases.Single()).ShouldBe(("late", "passed", "candidate"));
        (await Bin()).ShouldBeEmpty();
        (await _host.Get<RollbackPreviewWire>($"{Churn}/rollback")).Version.ShouldBe(1);
        (await _host.Version("churn")).ShouldBe(3);
        await Restore(item).ShouldBeProblem(HttpStatusCode.NotFound, "bin.unknown");
        (await _host.Audited()).Count(action => action == "model.restore").ShouldBe(1);
    }

    [Fact]
    public async Task A_name_is_free_at_once_and_a_restore_waits_until_it_is_again()
    {
        await Two();
        await _host.Http.DeleteAsync(Churn).ShouldSucceed();
        var first = (await Bin("models")).Single();

        (await _host.Version("churn")).ShouldBe(3); // what a version predicted stays traceable by its number
        (await Restore(first).ShouldBeProblem(HttpStatusCode.Conflict, "registry.name-taken")).ShouldContain("Rename that one");
        await _host.Http.DeleteAsync(Churn).ShouldSucceed();
        (await Bin("models")).Select(item => item.Versions).ShouldBe([1, 2]);
        await Restore(first).ShouldSucceed();

        (await Versions()).ShouldBe([2, 1]);
        (await _host.Version("churn")).ShouldBe(4);
        await _host.Neighbour.PostAsync($"/api/v1/{(await Bin("models")).Single().Subject}/restore", null).ShouldBeProblem(HttpStatusCode.NotFound, "bin.unknown");
    }

    [Fact]
    public async Task A_version_comes_back_with_those_of_its_aliases_that_point_nowhere_by_now()
    {
        await Two();
        foreach (var alias in (string[])["a", "b"]) await _host.Put($"{Churn}/aliases/{alias}", new SetAlias(1)).ShouldSucceed(HttpStatusCode.OK);

        await _host.Http.DeleteAsync($"{Churn}/versions/1").ShouldSucceed();

        await _host.Http.GetAsync($"{Churn}/versions/1").ShouldBeProblem(HttpStatusCode.NotFound, "registry.version-unknown");
        (await _host.Get<ModelWire>(Churn)).Aliases.ShouldBeEmpty();
        var item = (await Bin("versions")).ShouldHaveSingleItem();
        (item.Name, item.Versions, item.Files).ShouldBe(("churn version 1", 1, 1));
        await _host.Put($"{Churn}/aliases/a", new SetAlias(2)).ShouldSucceed(HttpStatusCode.OK);
        await Restore(item).ShouldSucceed();

        (await _host.Get<ModelVersionWire>($"{Churn}/versions/1")).Aliases.ShouldBe(["b"]);
        (await _host.Get<ModelWire>(Churn)).Aliases["a"].ShouldBe(2);
        (await _host.Version("churn")).ShouldBe(3);
        (await Bin()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_version_whose_model_is_in_the_bin_waits_for_its_model()
    {
        await Two();
        await _host.Put($"{Churn}/aliases/a", new SetAlias(1)).ShouldSucceed(HttpStatusCode.OK);
        await _host.Http.DeleteAsync($"{Churn}/versions/1").ShouldSucceed();
        await _host.Http.DeleteAsync(Churn).ShouldSucceed();
        var (version, model) = ((await Bin("versions")).Single(), (await Bin("models")).Single());

        version.Name.ShouldBe("churn version 1");
        (await Restore(version).ShouldBeProblem(HttpStatusCode.Conflict, "bin.model-deleted")).ShouldContain(model.Subject);
        await Restore(model).ShouldSucceed();
        (await Versions()).ShouldBe([2]);
        (await Bin()).ShouldHaveSingleItem().Subject.ShouldBe(version.Subject);
        await Restore(version).ShouldSucceed();

        (await Versions()).ShouldBe([2, 1]);
        (await _host.Get<ModelVersionWire>($"{Churn}/versions/1")).Aliases.ShouldBe(["a"]);
    }

    [Fact]
    public async Task MLflows_clients_delete_into_the_bin_and_find_what_is_restored()
    {
        await Outside("m", "s3://bucket/one");
        await Outside("copy", "models:/m/1");
        await _host.Mlflow("registered-models/alias", """{"name":"m","alias":"champion","version":"1"}""");

        (await _host.Http.Send(HttpMethod.Delete, "model-versions/delete", """{"name":"m","version":"1"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await _host.Http.GetAsync($"{MlflowHost.Base}model-versions/get?name=m&version=1").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await Restore((await Bin("versions")).Single()).ShouldSucceed();
        (await _host.Http.MlflowGet("model-versions/get?name=m&version=1"))["model_version"]!["source"]!.GetValue<string>().ShouldBe("s3://bucket/one");

        (await _host.Http.Send(HttpMethod.Delete, "registered-models/delete", """{"name":"m"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await _host.Http.GetAsync($"{MlflowHost.Base}registered-models/get?name=m").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        (await _host.Http.MlflowGet("model-versions/get-download-uri?name=copy&version=1"))["artifact_uri"]!.GetValue<string>().ShouldBe("s3://bucket/one");
        await _host.Http.Send(HttpMethod.Post, "registered-models/rename", """{"name":"copy","new_name":"m"}""").ShouldBeError(HttpStatusCode.BadRequest, "RESOURCE_ALREADY_EXISTS");
        var item = (await Bin("models")).Single();
        (await Kept(item))!.ShouldContain("copy version 1");
        await Restore(item).ShouldSucceed();

        (await _host.Http.MlflowGet("registered-models/get?name=m"))["registered_model"]!["latest_versions"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_model_of_the_same_name_that_is_renamed_takes_nothing_of_the_deleted_one_along()
    {
        await Outside("m", "s3://bucket/one");
        await _host.Mlflow("registered-models/alias", """{"name":"m","alias":"champion","version":"1"}""");
        (await _host.Http.Send(HttpMethod.Delete, "registered-models/delete", """{"name":"m"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Outside("m", "s3://bucket/two");
        await _host.Mlflow("registered-models/alias", """{"name":"m","alias":"champion","version":"2"}""");

        await _host.Mlflow("registered-models/rename", """{"name":"m","new_name":"n"}""");
        await Restore((await Bin("models")).Single()).ShouldSucceed();

        (await _host.Get<Page<PromotionWire>>("/api/v1/models/m/promotions")).Items.Select(move => move.Version).ShouldBe([null, 1]);
        (await _host.Get<Page<PromotionWire>>("/api/v1/models/n/promotions")).Items.Select(move => move.Version).ShouldBe([2]);
        (await _host.Get<ModelVersionWire>("/api/v1/models/m/versions/1")).Source.ShouldBe("s3://bucket/one");
        await _host.Mlflow("model-versions/create", """{"name":"m","source":"s3://bucket/three"}""");
        (await _host.Get<ModelWire>("/api/v1/models/m")).LatestVersion.ShouldBe(2);
    }

    /// <summary>Clients delete, make and restore models of one name at once: every version there ever was is in one place, and one model at most has the name.</summary>
    [Fact]
    public async Task Models_of_one_name_deleted_made_and_restored_at_once_lose_no_version()
    {
        var made = 0;
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async client =>
        {
            for (var round = 0; round < 5; round++)
            {
                if (client % 3 == 0)
                {
                    using var version = await _host.Post($"{Churn}/versions", new RegisterVersion("s3://bucket/model"));
                    version.StatusCode.ShouldBe(HttpStatusCode.Created);
                    Interlocked.Increment(ref made);
                }
                else if (client % 3 == 1)
                {
                    using var deleted = await _host.Http.DeleteAsync(Churn);
                    deleted.StatusCode.ShouldBeOneOf(HttpStatusCode.NoContent, HttpStatusCode.NotFound);
                }
                else
                {
                    foreach (var item in await Bin("models"))
                    {
                        using var restored = await Restore(item);
                        restored.StatusCode.ShouldBeOneOf(HttpStatusCode.NoContent, HttpStatusCode.NotFound, HttpStatusCode.Conflict);
                    }
                }
            }
        }));

        var (live, items) = ((await _host.Get<Page<ModelWire>>("/api/v1/models")).Items.Count, await Bin("models"));
        live.ShouldBeLessThanOrEqualTo(1);
        ((live == 0 ? 0 : (await Versions()).Count) + items.Sum(item => item.Versions)).ShouldBe(made);
        (await _host.Database.Read(t => t.Query<long>("SELECT version FROM model_versions ORDER BY version"))).ShouldBe(Enumerable.Range(1, made).Select(number => (long)number));
    }

    private async Task Two()
    {
        await _host.Version("churn");
        await _host.Version("churn");
    }

    private async Task Outside(string model, string source)
    {
        await _host.Mlflow("registered-models/create", $$"""{"name":"{{model}}"}""");
        await _host.Mlflow("model-versions/create", new JsonObject { ["name"] = model, ["source"] = source }.ToJsonString());
    }

    private async Task<IReadOnlyList<BinItemWire>> Bin(string? kind = null) => (await _host.Get<Page<BinItemWire>>($"/api/v1/bin{(kind is null ? "" : $"?kind={kind}")}")).Items;

    private async Task<string?> Kept(BinItemWire item) => (await _host.Get<Page<BinItemWire>>($"/api/v1/bin?subject={item.Subject}")).Items.Single().Kept;

    private Task<HttpResponseMessage> Restore(BinItemWire item) => _host.Http.PostAsync($"/api/v1/{item.Subject}/restore", null);

    private async Task<IReadOnlyList<long>> Versions() => [.. (await _host.Get<Page<ModelVersionWire>>($"{Churn}/versions")).Items.Select(version => version.Version)];

    private static SetTags Tags(string key, string value) => new(new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value });
}

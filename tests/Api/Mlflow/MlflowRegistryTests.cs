using System.Net;
using Cairn.Api.Tests.Tracking;
using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Api.Tests.Mlflow;

public sealed class MlflowRegistryOnSqlite : MlflowRegistryTests
{
    protected override bool Postgres => false;
}

public sealed class MlflowRegistryOnPostgres : MlflowRegistryTests
{
    protected override bool Postgres => true;
}

public abstract class MlflowRegistryTests : TrackingOn
{
    [Fact]
    public async Task A_version_from_outside_becomes_champion_and_the_history_says_it_was_not_verified()
    {
        await Version("m");

        await _host.Mlflow("model-versions/transition-stage", """{"name":"m","version":"1","stage":"Production","archive_existing_versions":true}""");

        (await _host.Models.FindChampion(WorkspaceId.Default, "m", default))!.Version.ShouldBe(1);
        (await _host.Get<Page<PromotionWire>>("/api/v1/models/m/promotions")).Items.ShouldHaveSingleItem().Kind.ShouldBe("unverified");
    }

    [Fact]
    public async Task A_version_trained_here_goes_to_Production_or_to_the_alias_champion_only_through_its_gates()
    {
        var refused = await _host.Version("m", verdict: "refused");
        var stage = $$"""{"name":"m","version":"{{refused}}","stage":"Production","archive_existing_versions":false}""";
        var alias = $$"""{"name":"m","alias":"champion","version":"{{refused}}"}""";

        (await _host.Http.Send(HttpMethod.Post, "model-versions/transition-stage", stage).ShouldBeError(HttpStatusCode.Forbidden, "PERMISSION_DENIED")).ShouldContain("said the gates");
        await _host.Http.Send(HttpMethod.Post, "registered-models/alias", alias).ShouldBeError(HttpStatusCode.Forbidden, "PERMISSION_DENIED");
        await _host.Mlflow("model-versions/transition-stage", stage.Replace("Production", "Staging", StringComparison.Ordinal));
        (await _host.Models.FindChampion(WorkspaceId.Default, "m", default)).ShouldBeNull();

        var passed = await _host.Version("m");
        await _host.Mlflow("registered-models/alias", $$"""{"name":"m","alias":"champion","version":"{{passed}}"}""");
        (await _host.Models.FindChampion(WorkspaceId.Default, "m", default))!.Version.ShouldBe(passed);
        await _host.Http.Send(HttpMethod.Delete, "registered-models/delete", """{"name":"m"}""").ShouldBeError(HttpStatusCode.Conflict, "RESOURCE_CONFLICT");
    }

    [Fact]
    public async Task A_champion_from_outside_serves_nothing_and_is_deleted_with_its_model()
    {
        await Version("m");
        await _host.Mlflow("registered-models/alias", """{"name":"m","alias":"champion","version":"1"}""");

        (await _host.Http.Send(HttpMethod.Delete, "registered-models/delete", """{"name":"m"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await _host.Http.GetAsync($"{MlflowHost.Base}registered-models/get?name=m").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        (await _host.Audited()).Count(action => action == "model.champion-remove").ShouldBe(1);
        await Version("m");
        (await _host.Http.MlflowGet("model-versions/get?name=m&version=2"))["model_version"]!["version"]!.GetValue<string>().ShouldBe("2"); // a number is given out once
    }

    [Fact]
    public async Task Archiving_moves_the_others_of_the_stage_and_the_newest_of_each_stage_is_listed()
    {
        for (var version = 1; version <= 4; version++) await Version("m");
        foreach (var version in (int[])[1, 2]) await _host.Mlflow("model-versions/transition-stage", $$"""{"name":"m","version":"{{version}}","stage":"staging","archive_existing_versions":false}""");

        (await Latest("")).ShouldBe(["Staging 2", "None 4"]);
        await _host.Mlflow("model-versions/transition-stage", """{"name":"m","version":"3","stage":"Staging","archive_existing_versions":true}""");
        (await Latest("")).ShouldBe(["Archived 2", "Staging 3", "None 4"]);
        (await Latest(""","stages":["archived"]""")).ShouldBe(["Archived 2"]);

        async Task<List<string>> Latest(string rest) => [.. (await _host.Mlflow("registered-models/get-latest-versions", $$"""{"name":"m"{{rest}}}"""))["model_versions"]!.AsArray()
            .Select(version => $"{version!["current_stage"]} {version["version"]}")];
    }

    [Fact]
    public async Task A_renamed_model_keeps_its_versions_aliases_and_numbers()
    {
        await Version("old");
        await _host.Mlflow("registered-models/alias", """{"name":"old","alias":"blue","version":"1"}""");
        await _host.Mlflow("registered-models/set-tag", """{"name":"old","key":"k","value":"v"}""");

        await _host.Mlflow("registered-models/rename", """{"name":"old","new_name":"new"}""");

        var renamed = (await _host.Http.MlflowGet("registered-models/get?name=new"))["registered_model"]!;
        renamed["aliases"]![0]!["alias"]!.GetValue<string>().ShouldBe("blue");
        renamed["tags"]![0]!["value"]!.GetValue<string>().ShouldBe("v");
        renamed["latest_versions"]![0]!["version"]!.GetValue<string>().ShouldBe("1");
        await _host.Http.GetAsync($"{MlflowHost.Base}registered-models/get?name=old").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await _host.Mlflow("model-versions/create", """{"name":"new","source":"s3://b/x"}""");
        (await _host.Http.MlflowGet("registered-models/alias?name=new&alias=latest"))["model_version"]!["version"]!.GetValue<string>().ShouldBe("2");
        await Version("other");
        await _host.Http.Send(HttpMethod.Post, "registered-models/rename", """{"name":"other","new_name":"new"}""").ShouldBeError(HttpStatusCode.BadRequest, "RESOURCE_ALREADY_EXISTS");
    }

    [Fact]
    public async Task Prompts_are_hidden_unless_they_are_asked_for()
    {
        await _host.Mlflow("registered-models/create", """{"name":"model"}""");
        await _host.Mlflow("registered-models/create", """{"name":"prompt","tags":[{"key":"mlflow.prompt.is_prompt","value":"true"}]}""");

        (await Names("")).ShouldBe(["model"]);
        (await Names("tags.`mlflow.prompt.is_prompt` = 'true'")).ShouldBe(["prompt"]);
        (await Names("tags.`mlflow.prompt.is_prompt` != 'true' AND name LIKE 'm%'")).ShouldBe(["model"]);

        async Task<List<string>> Names(string filter) => [.. (await _host.Http.MlflowGet($"registered-models/search?filter={Uri.EscapeDataString(filter)}"))["registered_models"]!.AsArray().Select(model => model!["name"]!.GetValue<string>())];
    }

    [Fact]
    public async Task Of_many_who_register_one_name_at_once_one_makes_it_and_versions_are_numbered_without_gaps()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _host.Http.Send(HttpMethod.Post, "registered-models/create", """{"name":"m"}""")));
        made.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        made.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest).ShouldBe(7);

        var versions = await Task.WhenAll(Enumerable.Range(0, 10).Select(number => _host.Mlflow("model-versions/create", $$"""{"name":"m","source":"s3://b/{{number}}","run_id":"elsewhere"}""")));
        versions.Select(version => int.Parse(version["model_version"]!["version"]!.GetValue<string>(), null)).Order().ShouldBe(Enumerable.Range(1, 10));

        var found = (await _host.Http.MlflowGet($"model-versions/search?filter={Uri.EscapeDataString("version_number > 3 and run_id IN ('elsewhere')")}&order_by=version_number&max_results=4"))!;
        found["model_versions"]!.AsArray().Select(version => version!["version"]!.GetValue<string>()).ShouldBe(["4", "5", "6", "7"]);
        found["next_page_token"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Of_many_models_renamed_to_one_name_at_once_one_gets_it_and_every_version_is_still_found()
    {
        for (var number = 0; number < 6; number++) await Version($"m{number}");

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => _host.Http.Send(HttpMethod.Post, "registered-models/rename", $$"""{"name":"m{{number}}","new_name":"one"}""")));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest).ShouldBe(5);
        (await _host.Http.MlflowGet("registered-models/search"))["registered_models"]!.AsArray().Count.ShouldBe(6);
        (await _host.Http.MlflowGet("model-versions/search"))["model_versions"]!.AsArray().Select(version => version!["name"]!.GetValue<string>()).Distinct(StringComparer.Ordinal).Count().ShouldBe(6);
    }

    [Fact]
    public async Task A_model_deleted_renamed_and_given_versions_at_once_is_in_one_place_with_its_versions_or_gone()
    {
        for (var round = 0; round < 5; round++)
        {
            await Version($"r{round}");
            var versions = Enumerable.Range(0, 6).Select(_ => _host.Http.Send(HttpMethod.Post, "model-versions/create", $$"""{"name":"r{{round}}","source":"s3://b/x"}"""));
            var moves = new[]
            {
                _host.Http.Send(HttpMethod.Post, "registered-models/rename", $$"""{"name":"r{{round}}","new_name":"s{{round}}"}"""),
                _host.Http.Send(HttpMethod.Delete, "registered-models/delete", $$"""{"name":"r{{round}}"}"""),
            };
            var (made, moved) = (await Task.WhenAll(versions), await Task.WhenAll(moves));

            made.Concat(moved).ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK || answer.StatusCode == HttpStatusCode.NotFound);
            moved.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
            var left = (await _host.Http.MlflowGet($"model-versions/search?filter={Uri.EscapeDataString($"name LIKE '_{round}'")}"))["model_versions"]?.AsArray();
            if (moved[0].StatusCode == HttpStatusCode.OK)
                left!.Select(version => version!["name"]!.GetValue<string>()).ShouldBe(Enumerable.Repeat($"s{round}", 1 + made.Count(answer => answer.StatusCode == HttpStatusCode.OK)));
            else
                left.ShouldBeNull();
        }
    }

    private async Task Version(string model)
    {
        using var made = await _host.Http.Send(HttpMethod.Post, "registered-models/create", $$"""{"name":"{{model}}"}""");
        await _host.Mlflow("model-versions/create", $$"""{"name":"{{model}}","source":"s3://bucket/model"}""");
    }
}

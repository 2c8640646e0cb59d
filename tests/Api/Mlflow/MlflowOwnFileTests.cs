using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cairn.Api.Tests.Tracking;
using Cairn.Kernel;

namespace Cairn.Api.Tests.Mlflow;

public sealed class MlflowOwnFilesOnSqlite : MlflowOwnFileTests
{
    protected override bool Postgres => false;
}

public sealed class MlflowOwnFilesOnPostgres : MlflowOwnFileTests
{
    protected override bool Postgres => true;
}

/// <summary>Files of the artifact proxy that are no run's and no logged model's: the workspace's own.</summary>
public abstract class MlflowOwnFileTests : TrackingOn
{
    private const string Proxy = "/api/2.0/mlflow-artifacts/artifacts", Uploads = "/api/2.0/mlflow-artifacts/mpu";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Any_path_takes_a_file_that_is_listed_read_in_part_replaced_and_deleted()
    {
        (await Listed("")).ShouldBe("");
        await Put("a.txt", "0123456789");
        await Put("shared/models/b.txt", "b");
        await Put("shared/MLmodel", "flavors: {}");
        await Put("a.txt", "abcdefghij");

        (await Listed("")).ShouldBe("""[{"path":"a.txt","is_dir":false,"file_size":10},{"path":"shared","is_dir":true}]""");
        (await Listed("shared")).ShouldBe("""[{"path":"MLmodel","is_dir":false,"file_size":11},{"path":"models","is_dir":true}]""");
        var part = new HttpRequestMessage(HttpMethod.Get, $"{Proxy}/a.txt") { Headers = { Range = new RangeHeaderValue(2, 4) } };
        using var partly = await _host.Http.SendAsync(part, Cancelled);
        (partly.StatusCode, await partly.Content.ReadAsStringAsync(Cancelled)).ShouldBe((HttpStatusCode.PartialContent, "cde"));
        using var whole = await _host.Http.GetAsync($"{Proxy}/shared/MLmodel", Cancelled);
        whole.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        whole.Content.Headers.ContentDisposition!.FileName.ShouldBe("MLmodel");
        await _host.Http.PutAsync($"{Proxy}/a.txt/c.txt", new StringContent("c")).ShouldBeError(HttpStatusCode.Conflict, "RESOURCE_CONFLICT");
        await _host.Http.GetAsync($"{Proxy}/shared").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");

        await _host.Http.DeleteAsync($"{Proxy}/").ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
        (await _host.Http.DeleteAsync($"{Proxy}/shared", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Listed("")).ShouldBe("""[{"path":"a.txt","is_dir":false,"file_size":10}]""");
    }

    [Fact]
    public async Task Who_deletes_files_of_no_run_is_audited_with_what_was_lost()
    {
        await Put("shared/a.txt", "0123456789");
        for (var file = 100; file < 201; file++) await Put($"shared/b/{file}.txt", $"{file}");
        await Put("shared.txt", "stays");

        (await _host.Http.DeleteAsync($"{Proxy}/shared", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _host.Http.DeleteAsync($"{Proxy}/shared", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await _host.Audited()).ShouldBe(["files.delete"], "nothing was there the second time");
        (await _host.Database.Read(t => t.First<string>("SELECT subject || ' ' || caller FROM audit_entries"), Cancelled)).ShouldBe("files/shared local-admin");
        var lost = JsonNode.Parse((await _host.Database.Read(t => t.First<string>("SELECT detail FROM audit_entries"), Cancelled))!)!;
        (lost["files"]!.GetValue<int>(), lost["bytes"]!.GetValue<long>()).ShouldBe((102, 10 + (101 * 3)));
        lost["first"]!.AsArray().Count.ShouldBe(100);
        lost["first"]![0]!.ToJsonString().ShouldBe($$"""{"path":"shared/a.txt","digest":"{{Digest.Of("0123456789"u8)}}","length":10}""");
    }

    [Fact]
    public async Task Who_replaces_a_file_of_no_run_is_audited_with_what_it_was_and_what_it_is()
    {
        var run = await _host.NewRun();
        foreach (var content in (string[])["first", "second one", "second one"])
        {
            await Put("shared/a.txt", content);
            await Put($"0/{run}/artifacts/a.txt", content);
        }

        (await _host.Http.PutAsync($"{Proxy}/shared", new StringContent("no folder"), Cancelled)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        await _host.Http.PostAsJsonAsync($"{Uploads}/complete/shared", await Sent("/shared", "a.txt", "in ", "parts"), Cancelled);

        (await Replaced()).ShouldBe([Entry("first", "second one"), Entry("second one", "in parts")]);

        static string Entry(string was, string now) => $$$"""files/shared/a.txt local-admin {"was":{{{Content(was)}}},"now":{{{Content(now)}}}}""";

        static string Content(string text) => $$"""{"digest":"{{Digest.Of(System.Text.Encoding.UTF8.GetBytes(text))}}","length":{{text.Length}}}""";

        Task<IReadOnlyList<string>> Replaced() =>
            _host.Database.Read(transaction => transaction.Query<string>("SELECT subject || ' ' || caller || ' ' || detail FROM audit_entries WHERE action = 'files.replace' ORDER BY id"), Cancelled);
    }

    [Fact]
    public async Task Another_workspace_has_files_of_its_own()
    {
        await Put("a.txt", "ours");

        await _host.Neighbour.GetAsync($"{Proxy}/a.txt").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        (await _host.Neighbour.GetStringAsync(Proxy, Cancelled)).ShouldBe("{}");
        (await _host.Neighbour.DeleteAsync($"{Proxy}/a.txt", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _host.Neighbour.PutAsync($"{Proxy}/a.txt", new StringContent("theirs"), Cancelled)).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await _host.Http.GetStringAsync($"{Proxy}/a.txt", Cancelled)).ShouldBe("ours");
        (await _host.Neighbour.GetStringAsync($"{Proxy}/a.txt", Cancelled)).ShouldBe("theirs");
    }

    [Theory]
    [InlineData("7/0123456789abcdef0123456789abcdef/artifacts/a.txt")]
    [InlineData("0/0123456789abcdef0123456789abcdef/artifacts/a.txt")]
    [InlineData("0/models/m-0123456789abcdef0123456789abcdef/artifacts/a.txt")]
    [InlineData("99999999999999999999/0123456789abcdef0123456789abcdef/artifacts/a.txt")]
    public async Task The_place_of_a_run_or_a_model_that_is_not_there_takes_nothing(string path)
    {
        await _host.Http.PutAsync($"{Proxy}/{path}", new StringContent("a")).ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await _host.Http.GetAsync($"{Proxy}/{path}").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await _host.Http.DeleteAsync($"{Proxy}/{path}").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await _host.Http.PostAsJsonAsync($"{Uploads}/create/{path[..path.LastIndexOf('/')]}", new { path = "a.txt", num_parts = 1 }).ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
    }

    [Theory]
    [InlineData("0/{run}/artifacts%2Fa.txt")]
    [InlineData("0%2F{run}%2Fartifacts%2Fa.txt")]
    [InlineData("0/{run}%252Fartifacts/a.txt")]
    [InlineData("%30/{run}%2Fartifacts/a.txt")]
    [InlineData("0/models%2F{run}%2Fartifacts/a.txt")]
    [InlineData("0/{run}/%2561rtifacts/a.txt")]
    public async Task What_another_reader_takes_for_the_place_of_a_run_is_no_file_of_the_workspace(string path)
    {
        var run = await _host.NewRun();
        path = path.Replace("{run}", run, StringComparison.Ordinal);

        await _host.Http.PutAsync($"{Proxy}/{path}", new StringContent("a")).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");

        (await Listed("")).ShouldBe("");
        (await _host.Http.MlflowGet($"artifacts/list?run_id={run}"))["files"].ShouldBeNull();
    }

    [Fact]
    public async Task A_file_beside_the_artifacts_of_a_run_is_none_of_that_run()
    {
        var run = await _host.NewRun();
        await Put($"0/{run}/artifacts/a.txt", "of the run");
        await Put($"0/{run}/notes.txt", "beside it");
        await Put("2026/report.txt", "of a year");

        (await _host.Http.MlflowGet($"artifacts/list?run_id={run}"))["files"]!.ToJsonString().ShouldBe("""[{"path":"a.txt","is_dir":false,"file_size":10}]""");
        (await Listed("")).ShouldBe("""[{"path":"0","is_dir":true},{"path":"2026","is_dir":true}]""");
        (await Listed($"0/{run}")).ShouldBe("""[{"path":"notes.txt","is_dir":false,"file_size":9}]""");
        (await _host.Http.DeleteAsync($"{Proxy}/0", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await _host.Http.GetAsync($"{Proxy}/0/{run}/notes.txt").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        (await _host.Http.GetStringAsync($"{Proxy}/0/{run}/artifacts/a.txt", Cancelled)).ShouldBe("of the run");

        await _host.Mlflow("runs/delete", $$"""{"run_id":"{{run}}"}""");
        await _host.Http.PutAsync($"{Proxy}/0/{run}/artifacts/b.txt", new StringContent("b")).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
    }

    [Fact]
    public async Task Content_stays_as_long_as_the_workspace_names_it_and_is_let_go_of_with_the_file()
    {
        var run = await _host.NewRun();
        await Put($"0/{run}/artifacts/a.txt", "the same");
        await Put("a.txt", "the same");

        await _host.Http.DeleteAsync($"{Proxy}/0/{run}/artifacts/a.txt", Cancelled);
        await _host.Unnamed.Remove(null, Cancelled);
        (await LetGo()).ShouldBe(0, "the workspace's file still names it");
        (await _host.Http.GetStringAsync($"{Proxy}/a.txt", Cancelled)).ShouldBe("the same");

        await _host.Http.DeleteAsync($"{Proxy}/a.txt", Cancelled);
        (await _host.Unnamed.Remove(null, Cancelled)).Later.ShouldBe(1, "nothing names it any more; it goes a day after it was written");

        Task<long> LetGo() => _host.Database.Read(transaction => transaction.First<long>("SELECT COUNT(*) FROM unnamed_blobs"), Cancelled);
    }

    [Theory]
    [InlineData("", "big.bin")]
    [InlineData("/shared/models", "shared/models/big.bin")]
    public async Task A_file_comes_in_parts(string folder, string path)
    {
        var whole = await Sent(folder, "big.bin", "one,", "two");
        await _host.Http.PostAsJsonAsync($"{Uploads}/complete/elsewhere", whole).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
        (await _host.Http.PostAsJsonAsync($"{Uploads}/complete{folder}", whole, Cancelled)).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await _host.Http.GetStringAsync($"{Proxy}/{path}", Cancelled)).ShouldBe("one,two");
    }

    [Theory]
    [InlineData("mlflow-artifacts:", "shared/MLmodel")]
    [InlineData("mlflow-artifacts:/", "shared/MLmodel")]
    [InlineData("mlflow-artifacts:/shared", "MLmodel")]
    [InlineData("mlflow-artifacts://host:1/shared", "MLmodel")]
    public async Task A_version_may_be_made_of_files_of_the_workspace(string source, string path)
    {
        await Put("shared/MLmodel", "flavors: {}");
        await _host.Mlflow("registered-models/create", """{"name":"m"}""");
        await _host.Mlflow("model-versions/create", $$"""{"name":"m","source":"{{source}}"}""");

        (await _host.Http.GetStringAsync($"/model-versions/get-artifact?name=m&version=1&path={path}", Cancelled)).ShouldBe("flavors: {}");
        await _host.Http.GetAsync("/model-versions/get-artifact?name=m&version=1&path=nothing").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
    }

    private async Task Put(string path, string content)
    {
        using var answer = await _host.Http.PutAsync($"{Proxy}/{path}", new StringContent(content), Cancelled);
        (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancelled)).ShouldBe((HttpStatusCode.OK, "{}"));
    }

    /// <returns>What completes the upload of these parts.</returns>
    private async Task<object> Sent(string folder, string name, params string[] texts)
    {
        using var started = await _host.Http.PostAsJsonAsync($"{Uploads}/create{folder}", new { path = $"/home/me/{name}", num_parts = texts.Length }, Cancelled);
        var upload = JsonNode.Parse(await started.Content.ReadAsStringAsync(Cancelled))!;
        var parts = new List<object>();
        foreach (var text in texts)
        {
            using var sent = await _host.Http.PutAsync(new Uri(upload["credentials"]![parts.Count]!["url"]!.GetValue<string>()).PathAndQuery, new StringContent(text), Cancelled);
            parts.Add(new { part_number = parts.Count + 1, etag = sent.Headers.ETag!.Tag });
        }

        return new { path = name, upload_id = upload["upload_id"]!.GetValue<string>(), parts };
    }

    private async Task<string> Listed(string folder) =>
        JsonNode.Parse(await _host.Http.GetStringAsync(folder.Length == 0 ? Proxy : $"{Proxy}?path={folder}", Cancelled))!["files"]?.ToJsonString() ?? "";
}

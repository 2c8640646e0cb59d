using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Tracking;

public sealed class ArtifactTests : IAsyncLifetime
{
    private TrackingHost _host = null!;
    private string _artifacts = "";

    public async ValueTask InitializeAsync()
    {
        _host = await TrackingHost.Start();
        _artifacts = $"/api/v1/runs/{(await _host.Run()).RunId}/artifacts";
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task What_was_put_is_got_as_a_download_of_its_type()
    {
        await Put("evaluation/curve.html", "<script>alert(1)</script>").ShouldSucceed();

        using var answer = await _host.Http.GetAsync($"{_artifacts}/content/evaluation/curve.html");

        (await answer.Content.ReadAsStringAsync()).ShouldBe("<script>alert(1)</script>");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        answer.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        answer.Content.Headers.ContentDisposition.FileName.ShouldBe("curve.html");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        answer.Headers.ETag.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_range_is_answered_with_that_part_and_a_known_tag_with_nothing()
    {
        await Put("a.bin", "0123456789").ShouldSucceed();
        using var part = new HttpRequestMessage(HttpMethod.Get, $"{_artifacts}/content/a.bin") { Headers = { Range = new RangeHeaderValue(2, 4) } };

        using var answer = await _host.Http.SendAsync(part);

        answer.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("234");
        using var again = new HttpRequestMessage(HttpMethod.Get, $"{_artifacts}/content/a.bin");
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        (await _host.Http.SendAsync(again)).StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task Folders_are_listed_one_at_a_time_in_pages()
    {
        foreach (var path in new[] { "b.txt", "a/1.txt", "a/2.txt", "a/deep/3.txt", "a-b.txt" }) await Put(path, path).ShouldSucceed();

        (await List("")).ShouldBe(["a/", "a-b.txt", "b.txt"]);
        (await List("?path=a")).ShouldBe(["a/1.txt", "a/2.txt", "a/deep/"]);
        (await List("?path=a/deep/")).ShouldBe(["a/deep/3.txt"]);
        (await List("?path=none")).ShouldBeEmpty();
        var first = await _host.Get<Page<ArtifactWire>>($"{_artifacts}?path=a&limit=2");
        (await List($"?path=a&limit=2&page_token={first.NextPageToken}")).ShouldBe(["a/deep/"]);
        first.Items[0].Length.ShouldBe(7);
    }

    [Fact]
    public async Task A_path_is_replaced_but_never_both_file_and_folder()
    {
        await Put("a/b", "one").ShouldSucceed();
        await Put("a/b", "two").ShouldSucceed();

        (await _host.Http.GetStringAsync($"{_artifacts}/content/a/b")).ShouldBe("two");
        await Put("a", "x").ShouldBeProblem(HttpStatusCode.Conflict, "artifact.path-conflict");
        await Put("a/b/c", "x").ShouldBeProblem(HttpStatusCode.Conflict, "artifact.path-conflict");
        (await _host.Http.GetAsync($"{_artifacts}/content/a").ShouldBeProblem(HttpStatusCode.NotFound, "artifact.unknown")).ShouldContain("folder");
        (await _host.Http.GetAsync($"{_artifacts}/content/c").ShouldBeProblem(HttpStatusCode.NotFound, "artifact.unknown")).ShouldContain("a/b");
    }

    [Theory]
    [InlineData("..%2Fx")]
    [InlineData("%252e%252e%252fx")]
    [InlineData("a%5C..%5Cx")]
    [InlineData("a%2500b")]
    [InlineData("%2Fetc%2Fpasswd")]
    [InlineData("C:%2Fx")]
    public async Task A_path_that_leaves_the_run_is_refused_in_every_encoding(string path)
    {
        await Put(path, "x").ShouldBeProblem(HttpStatusCode.BadRequest, "artifact.path-invalid");
        await _host.Http.GetAsync($"{_artifacts}/content/{path}").ShouldBeProblem(HttpStatusCode.BadRequest, "artifact.path-invalid");
        await _host.Http.GetAsync($"{_artifacts}?path={path}").ShouldBeProblem(HttpStatusCode.BadRequest, "artifact.path-invalid");
    }

    [Fact]
    public async Task Another_workspace_neither_lists_nor_reads_nor_writes()
    {
        await Put("a", "x").ShouldSucceed();

        await _host.Neighbour.GetAsync(_artifacts).ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
        await _host.Neighbour.GetAsync($"{_artifacts}/content/a").ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
        await _host.Neighbour.PutAsync($"{_artifacts}/content/a", new StringContent("y")).ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
    }

    private Task<HttpResponseMessage> Put(string path, string content) => _host.Http.PutAsync($"{_artifacts}/content/{path}", new ByteArrayContent(Encoding.UTF8.GetBytes(content)));

    private async Task<IEnumerable<string>> List(string query) =>
        (await _host.Get<Page<ArtifactWire>>(_artifacts + query)).Items.Select(entry => entry.IsDirectory ? entry.Path + "/" : entry.Path);
}

using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests.Lifecycle;

/// <summary>A file of 300 MB by MLflow's protocol: the memory of the server does not grow with it. Larger ones: bench/artifacts.sh.</summary>
public class LargeFileTests
{
    private const int Length = 300_000_000, Parts = 12, PartLength = Length / Parts;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_large_file_goes_up_and_down_whole_in_parts_and_in_ranges_in_little_memory()
    {
        using var folder = new TestFolder();
        await UpAndDown(folder, mostGrowth: 64 << 20);
    }

    [Fact]
    public async Task A_large_file_goes_to_S3_and_back_in_little_memory()
    {
        using var folder = new TestFolder();
        var bucket = await S3Bucket.For(folder);
        await UpAndDown(folder, mostGrowth: 128 << 20, "--blobs", $"s3://{bucket}/home"); // with what the library of S3 has under way
    }

    private static async Task UpAndDown(TestFolder folder, long mostGrowth, params string[] options)
    {
        using var server = CairnProcess.Start(folder, ["up", "--port", "0", .. options]);
        using var http = await ServerAddress.Connect(folder, server, Cancelled);
        http.Timeout = TimeSpan.FromMinutes(20); // on a machine that is busy with much else; what is tested is memory
        var content = RandomNumberGenerator.GetBytes(Length);
        var run = (await Post(http, "/api/2.0/mlflow/runs/create", new { experiment_id = "0" }))["run"]!["info"]!["run_id"]!.GetValue<string>();
        await SendInParts(http, run, "small.bin", content, 1000); // compiles the code
        var before = Peak(server);

        using (var stored = await http.PutAsync($"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/whole.bin", new ByteArrayContent(content), Cancelled)) stored.EnsureSuccessStatusCode();
        await SendInParts(http, run, "parts.bin", content, PartLength);
        foreach (var name in (string[])["whole.bin", "parts.bin"])
        {
            await using var down = await http.GetStreamAsync($"/get-artifact?run_id={run}&path={name}", Cancelled);
            (await SHA256.HashDataAsync(down, Cancelled)).ShouldBe(SHA256.HashData(content));
        }

        var ranges = await Task.WhenAll(Enumerable.Range(0, Parts).Select(part => Range(http, run, part * (long)PartLength, PartLength)));
        for (var part = 0; part < Parts; part++) ranges[part].AsSpan().SequenceEqual(content.AsSpan(part * PartLength, PartLength)).ShouldBeTrue();

        var growth = Peak(server) - before;
        TestContext.Current.SendDiagnosticMessage($"{Length >> 20} MiB up and down twice: from {before >> 20} MiB, {growth >> 20} MiB more");
        growth.ShouldBeLessThan(mostGrowth);
    }

    /// <summary>All parts at once.</summary>
    private static async Task SendInParts(HttpClient http, string run, string name, byte[] content, int length)
    {
        var started = await Post(http, $"/api/2.0/mlflow-artifacts/mpu/create/0/{run}/artifacts", new { path = name, num_parts = Parts });
        var parts = await Task.WhenAll(started["credentials"]!.AsArray().Select(async credential =>
        {
            var number = credential!["part_number"]!.GetValue<int>();
            using var answer = await http.PutAsync(credential["url"]!.GetValue<string>(), new ByteArrayContent(content, (number - 1) * length, length), Cancelled);
            answer.EnsureSuccessStatusCode();
            return new { part_number = number, etag = answer.Headers.ETag!.ToString() };
        }));
        await Post(http, $"/api/2.0/mlflow-artifacts/mpu/complete/0/{run}/artifacts", new { path = name, upload_id = started["upload_id"], parts });
    }

    private static async Task<byte[]> Range(HttpClient http, string run, long from, int length)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/parts.bin") { Headers = { Range = new RangeHeaderValue(from, from + length - 1) } };
        using var answer = await http.SendAsync(request, Cancelled);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(Cancelled);
    }

    private static async Task<JsonNode> Post<T>(HttpClient http, string path, T body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(path, content, Cancelled);
        var text = await answer.Content.ReadAsStringAsync(Cancelled);
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>The most memory that the process ever had, in bytes.</summary>
    private static long Peak(CairnProcess server) =>
        long.Parse(File.ReadLines($"/proc/{server.Pid}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
}

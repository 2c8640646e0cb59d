using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests.Faults;

/// <summary>kill -9 while files come in parts: a part that was acknowledged is not sent again, each file is whole in the end, and nothing is left over.</summary>
[Collection("kills")]
public class UploadKillTests
{
    private const string Uploads = "/api/2.0/mlflow-artifacts/mpu";
    private const int Clients = 3, PartsOfFile = 6;

    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("TORTURE_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 4;

    private int _acknowledged;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Parts_that_were_acknowledged_survive_the_death_of_the_process_and_the_files_become_whole()
    {
        using var folder = new TestFolder();
        var draw = new Random(11);
        var files = Enumerable.Range(0, Clients).Select(client => new List<Sent>()).ToList();
        var run = "";
        for (var kill = 0; kill <= Kills; kill++)
        {
            using var server = CairnProcess.Start(folder, "up", "--port", "0", "--max-in-flight", "0");
            using var http = await ServerAddress.Connect(folder, server, Cancelled);
            if (run.Length == 0) run = (await Post(http, "/api/2.0/mlflow/runs/create", new { experiment_id = "0" }))["run"]!["info"]!["run_id"]!.GetValue<string>();
            var last = kill == Kills;
            var sending = files.Select((sent, client) => Send(http, run, client, sent, endless: !last)).ToList();
            if (!last)
            {
                for (var before = _acknowledged; _acknowledged < before + PartsOfFile + 1 && !server.HasExited;) await Task.Delay(10, Cancelled); // the first ones compile the code
                await Task.Delay(draw.Next(300), Cancelled);
                server.Kill();
            }

            await Task.WhenAll(sending);
            if (last)
            {
                foreach (var file in files.SelectMany(sent => sent))
                    SHA256.HashData(await http.GetByteArrayAsync($"/get-artifact?run_id={run}&path={file.Name}", Cancelled)).ShouldBe(SHA256.HashData(file.Content), file.Name);
                await NothingIsLeft(folder);
            }
        }

        var all = files.SelectMany(sent => sent).ToList();
        all.Count.ShouldBeGreaterThanOrEqualTo(Kills);
        all.Count(file => file.Continued).ShouldBeGreaterThan(0, "no upload was cut in two");
        TestContext.Current.SendDiagnosticMessage($"{Kills} kills, {all.Count} files in {PartsOfFile} parts are whole, {all.Count(file => file.Continued)} of them sent in two lives or more");
    }

    /// <summary>The last file is gone on with; then one after the other, until the server is dead.</summary>
    private async Task Send(HttpClient http, string run, int client, List<Sent> files, bool endless)
    {
        try
        {
            while (true)
            {
                var file = files.Count > 0 && !files[^1].Done ? files[^1] : null;
                if (file is null && !endless) return;
                if (file is null) files.Add(file = new($"f{client}-{files.Count}.bin", RandomNumberGenerator.GetBytes(200_000 + (files.Count * 7919 % 300_000))));
                file.Continued |= file.Tags.Count > 0;
                await Send(http, run, file);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The server is dead. What was not answered was not promised.
        }
    }

    private async Task Send(HttpClient http, string run, Sent file)
    {
        file.Upload ??= (await Post(http, $"{Uploads}/create/0/{run}/artifacts", new { path = file.Name, num_parts = PartsOfFile }))["upload_id"]!.GetValue<string>();
        var size = (file.Content.Length / PartsOfFile) + 1;
        for (var number = PartsOfFile; number > 0; number--)
        {
            if (file.Tags.ContainsKey(number)) continue;
            using var answer = await http.PutAsync($"{Uploads}/parts/{file.Upload}/{number}", new ByteArrayContent(file.Content[((number - 1) * size)..Math.Min(number * size, file.Content.Length)]), Cancelled);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancelled));
            file.Tags[number] = answer.Headers.ETag!.ToString();
            Interlocked.Increment(ref _acknowledged);
        }

        await Post(http, $"{Uploads}/complete/0/{run}/artifacts", new { path = file.Name, upload_id = file.Upload, parts = file.Tags.Select(part => new { part_number = part.Key, etag = part.Value }) });
        file.Done = true;
        Interlocked.Increment(ref _acknowledged);
    }

    /// <summary>Who was killed between the file and its parts left them to the upkeep, which looks a minute after the start.</summary>
    private static async Task NothingIsLeft(TestFolder folder)
    {
        var uploads = Path.Combine(folder.Home, "uploads");
        for (var i = 0; i < 100 && Directory.EnumerateFileSystemEntries(uploads).Any(); i++) await Task.Delay(1000, Cancelled);
        Directory.EnumerateFileSystemEntries(uploads).ShouldBeEmpty();
    }

    private static async Task<JsonNode> Post<T>(HttpClient http, string path, T body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(path, content, Cancelled);
        var text = await answer.Content.ReadAsStringAsync(Cancelled);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, $"{path} {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>A file and what the server acknowledged of it.</summary>
    private sealed record Sent(string Name, byte[] Content)
    {
        public string? Upload { get; set; }

        public SortedDictionary<int, string> Tags { get; } = [];

        public bool Done { get; set; }

        public bool Continued { get; set; }
    }
}

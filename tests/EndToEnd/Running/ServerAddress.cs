using System.Text.Json;

namespace Cairn.EndToEnd.Tests.Running;

/// <summary>Where a server that was started listens, as its home says.</summary>
internal static class ServerAddress
{
    public static async Task<HttpClient> Connect(TestFolder folder, CairnProcess server, CancellationToken cancellation)
    {
        var file = Path.Combine(folder.Home, "server.json");
        for (var i = 0; i < 600; i++)
        {
            if (server.HasExited) throw new InvalidOperationException((await server.End()).All);
            try
            {
                using var written = JsonDocument.Parse(await File.ReadAllTextAsync(file, cancellation));
                if (written.RootElement.GetProperty("pid").GetInt32() == server.Pid && written.RootElement.TryGetProperty("url", out var url) && url.GetString() is { } address)
                    return new HttpClient { BaseAddress = new Uri(address) };
            }
            catch (Exception e) when (e is IOException or JsonException)
            {
                // Not written yet, or still that of the process that was killed.
            }

            await Task.Delay(50, cancellation);
        }

        throw new TimeoutException("The server never said where it listens.");
    }
}

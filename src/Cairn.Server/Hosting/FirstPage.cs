using Microsoft.Extensions.Hosting;

namespace Cairn.Server.Hosting;

/// <summary>
/// Asks the server for its overview once, so that its code is compiled before somebody looks: the first page of a fresh server took
/// twenty times as long as the second.
/// </summary>
internal sealed class FirstPage(RunningServer server) : BackgroundService
{
    /// <summary>What a program asks at once comes first, and a server that is started for one question does not pay for pages.</summary>
    private static readonly TimeSpan After = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (server.Url is not { } url) return;
        try
        {
            await Task.Delay(After, stoppingToken);
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(url) };
            await http.GetByteArrayAsync("/", stoppingToken);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // Then the first who looks waits a little.
        }
    }
}

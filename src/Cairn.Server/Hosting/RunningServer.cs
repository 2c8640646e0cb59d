using Cairn.Kernel;

namespace Cairn.Server.Hosting;

/// <summary>What the server knows of itself.</summary>
internal sealed class RunningServer(ServerOptions options, Uri? url, TimeProvider clock)
{
    public ServerOptions Options { get; } = options;

    public string? Url { get; } = url?.GetLeftPart(UriPartial.Authority);

    public long StartedAt { get; } = clock.Micros();

    public static string Version { get; } = typeof(RunningServer).Assembly.GetName().Version!.ToString(3);
}

using System.Diagnostics;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Server;

namespace Cairn.Cli.Invoking;

/// <summary>
/// A connection to whoever owns the home: the server that was asked for, a living one found at its socket, else one started in
/// this process for as long as the session lasts.
/// </summary>
internal sealed class Session : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly CairnConnection _connection;

    private Session(CairnConnection connection, CairnServer? own) => (_connection, Own) = (connection, own);

    public CairnClient Client => _connection.Client;

    /// <value>The server in this process; null when another process serves.</value>
    public CairnServer? Own { get; }

    public static Task<Session> Open(Settings settings, Terminal terminal, CancellationToken cancellation) =>
        Open(settings, terminal, new ServerOptions { Home = settings.Home, LogFile = settings.LogFile, Outside = OutsideSettings.FromEnvironment() }, cancellation);

    /// <param name="own">How to start a server when none lives.</param>
    public static async Task<Session> Open(Settings settings, Terminal terminal, ServerOptions own, CancellationToken cancellation)
    {
        if (settings.Server is not null) return new Session(CairnConnection.Open(settings.Server), null);

        var waiting = Stopwatch.StartNew();
        while (true)
        {
            if (await FindLiving(settings, cancellation) is { } living) return living;
            var started = await CairnServer.Start(own, cancellation);
            if (started.Refusal is not { } refusal) return new Session(CairnConnection.OpenSocket(started.Value.Socket), started.Value);

            // The owner is just starting, or just going: its lock is held, its socket does not answer.
            if (refusal.Code != "home.owned" || waiting.Elapsed > Patience) throw new CairnException(Problems.Of(refusal));
            if (waiting.Elapsed < TimeSpan.FromMilliseconds(150)) terminal.Note("Waiting for the owner of the home ...");
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
        }
    }

    /// <summary>The server that owns the home now; null when there is none.</summary>
    public static async Task<Session?> FindLiving(Settings settings, CancellationToken cancellation)
    {
        if (!File.Exists(settings.Socket)) return null;
        var connection = CairnConnection.OpenSocket(settings.Socket);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await connection.Client.AboutAsync(patience.Token);
            return new Session(connection, null);
        }
        catch (CairnException nobody) when (nobody.Code == "client.unreachable")
        {
            connection.Dispose();
            return null; // left behind by a process that was killed
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        if (Own is not null) await Own.DisposeAsync();
    }
}

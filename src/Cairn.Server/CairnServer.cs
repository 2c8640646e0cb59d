using Cairn.Kernel;

namespace Cairn.Server;

public sealed record ServerOptions
{
    /// <value>The folder with all state.</value>
    public required string Home { get; init; }

    /// <value>TCP port on loopback; null: only the socket <c>home/cairn.sock</c>. 0: any free port.</value>
    public int? Port { get; init; }

    /// <value>False (the default): a busy port is a refusal. True: the next free one is taken.</value>
    public bool NextFreePort { get; init; }

    /// <value>Address to bind to; default loopback. Any other needs <see cref="Insecure"/> until accounts exist.</value>
    public string Address { get; init; } = "127.0.0.1";

    public bool Insecure { get; init; }

    /// <value>A PostgreSQL connection string; null: SQLite.</value>
    public string? PostgreSql { get; init; }

    /// <value>Folders besides project folders that sources may be read from.</value>
    public IReadOnlyList<string> DataRoots { get; init; } = [];

    /// <value>Structured logs go to this file (JSON lines); null: to standard error.</value>
    public string? LogFile { get; init; }
}

/// <summary>The one owner of a home: holds <c>home/lock</c>, listens on <c>home/cairn.sock</c> and, when asked, on a port.</summary>
public sealed class CairnServer : IAsyncDisposable
{
    /// <summary>Refused when another process owns the home (<c>home.owned</c>, names its pid), the home is not writable, or the port is taken.</summary>
    public static Task<Answer<CairnServer>> Start(ServerOptions options, CancellationToken cancellation) => throw new NotImplementedException();

    /// <value>http://127.0.0.1:8080; null when it listens on the socket only.</value>
    public Uri? Url => throw new NotImplementedException();

    public string Socket => throw new NotImplementedException();

    /// <summary>Completes when the server was asked to stop.</summary>
    public Task WaitForShutdown(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Graceful: requests finish, running flow runs are marked interrupted, files are closed, the lock is let go.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

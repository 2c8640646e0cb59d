namespace Cairn.Cli;

/// <summary>What a script can rely on; documented in docs/reference/cli.md.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>Declined or failed; standard error says what and what to do.</summary>
    public const int Failure = 1;

    /// <summary>The command line itself was wrong.</summary>
    public const int Usage = 2;

    /// <summary>The data holds no signal beyond the honest baseline.</summary>
    public const int NoSignal = 3;

    /// <summary>Ctrl-C.</summary>
    public const int Cancelled = 130;
}

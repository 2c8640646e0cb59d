using System.CommandLine;
using Cairn.Client;
using Cairn.Cli.Terminals;

namespace Cairn.Cli.Invoking;

/// <summary>Where to find the server. A flag goes before the environment, the environment before the default.</summary>
internal sealed record Settings(string Home, Uri? Server)
{
    public string LogFile => Path.Combine(Home, "logs", "cairn.log");

    public string Socket => Path.Combine(Home, "cairn.sock");

    public static Settings Of(ParseResult parsed)
    {
        var homeFlag = parsed.GetValue(GlobalOptions.Home);
        var home = homeFlag ?? Environed("CAIRN_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cairn");
        // Whoever names a home on the command line means that home, whatever the environment says of servers.
        var server = parsed.GetValue(GlobalOptions.Server) ?? (homeFlag is null ? Environed("CAIRN_SERVER") : null);
        return new Settings(Path.GetFullPath(home), server is null ? null : Address(server));
    }

    private static string? Environed(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri!
            : throw new CairnException(Problems.Of("cli.server-address", $"'{text}' is not the address of a server. Write it like http://127.0.0.1:8080."));
}

using System.CommandLine;

namespace Cairn.Cli.Invoking;

/// <summary>Options that every command takes.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string?> Home = new("--home")
    {
        Description = "Folder with all state (default: CAIRN_HOME, else ~/.cairn)", HelpName = "folder", Recursive = true,
    };

    public static readonly Option<string?> Server = new("--server")
    {
        Description = "Talk to this server instead of the owner of the home (default: CAIRN_SERVER)", HelpName = "url", Recursive = true,
    };

    public static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "Say nothing but the result and errors", Recursive = true };

    public static readonly Option<bool> NoColor = new("--no-color") { Description = "No colours (also: NO_COLOR)", Recursive = true };

    /// <summary>Not recursive: <c>predict --json</c> takes a row.</summary>
    public static readonly Option<bool> Json = new("--json") { Description = "Write the result as one line of JSON" };

    public static IReadOnlyList<Option> Recursive { get; } = [Home, Server, Quiet, NoColor];
}

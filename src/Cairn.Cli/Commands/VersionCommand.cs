using System.CommandLine;
using System.Reflection;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;

namespace Cairn.Cli.Commands;

internal static class VersionCommand
{
    public static Command Build() => new Command("version", "Show the version of this command, and of the server when one lives").Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        var version = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
        await using var living = invocation.Settings.Server is null ? await Session.FindLiving(invocation.Settings, cancellation) : await invocation.Connect(cancellation);
        var server = living is null ? null : await living.Client.AboutAsync(cancellation);

        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(new { Version = version, Server = server });
            return ExitCode.Ok;
        }

        Terminal.WriteLine($"cairn {version}");
        if (server is not null)
            invocation.Terminal.Write(Tables.Facts(("server", server.Version), ("home", server.Home), ("database", server.Database), ("url", server.Url), ("since", Format.Time(server.StartedAt))));
        return ExitCode.Ok;
    }
}

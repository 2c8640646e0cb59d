using System.CommandLine;
using Cairn.Cli.Invoking;

namespace Cairn.Cli.Commands;

internal static class DemoCommand
{
    public static Command Build() => new Command("demo", "x").Does((_, _) => Task.FromResult(0));
}

using System.CommandLine;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;

namespace Cairn.Cli.Commands;

internal static class StorageCommand
{
    public static Command Build() => new Command("storage", "Show how much the home holds, by kind").Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var use = await session.Client.GetStorageAsync(cancellation);
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(use);
            return ExitCode.Ok;
        }

        var table = Tables.New("kind", "files", "size");
        foreach (var kind in use.Kinds) table.With(kind.Kind.Replace('_', ' '), kind.Files is { } files ? Format.Count(files) : "-", Format.Bytes(kind.Bytes));
        invocation.Terminal.Write(table);
        Terminal.WriteLine($"{Format.Bytes(use.Bytes)} in {use.Home}, {Format.Bytes(use.FreeBytes)} free.");
        return ExitCode.Ok;
    }
}

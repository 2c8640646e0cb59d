using System.CommandLine;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Server;

namespace Cairn.Cli.Commands;

internal static class RestoreCommand
{
    private static readonly Argument<string> File = new("file") { Description = "A file written by 'cairn backup'" };
    private static readonly Option<bool> Replace = new("--replace") { Description = "Although the home holds something: it is moved aside, not deleted" };

    public static Command Build() => new Command("restore", "Bring a backup back into the home, all or nothing; no server may own it") { File, Replace }.Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        var file = Path.GetFullPath(invocation.Get(File));
        if (!System.IO.File.Exists(file)) throw new CairnException(Problems.Of("cli.no-file", $"There is no file {file}."));

        var archive = System.IO.File.OpenRead(file);
        await using (archive)
        {
            var answer = await Backups.Restore(archive, invocation.Settings.Home, invocation.Get(Replace), cancellation);
            if (answer.Refusal is { } refusal) throw new CairnException(Problems.Of(refusal));

            var restored = answer.Value;
            if (invocation.Terminal.Json)
            {
                Terminal.WriteJson(restored);
                return ExitCode.Ok;
            }

            Terminal.WriteLine($"Restored {Format.Count(restored.Files)} files ({Format.Bytes(restored.Bytes)}) of {Format.Time(restored.CreatedAt)} to {restored.Home}.");
            if (restored.Replaced is { } aside) invocation.Terminal.Note($"What was there is in {aside}.");
            invocation.Terminal.Note("'cairn doctor' checks it.");
            return ExitCode.Ok;
        }
    }
}

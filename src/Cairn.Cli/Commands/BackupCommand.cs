using System.CommandLine;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client;

namespace Cairn.Cli.Commands;

internal static class BackupCommand
{
    private static readonly Argument<string> File = new("file") { Description = "The tar file to write" };
    private static readonly Option<bool> Force = new("--force") { Description = "Replace the file when it is there" };

    public static Command Build() => new Command("backup", "Write a consistent copy of the whole home to one file; the server may go on working") { File, Force }.Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        var path = Path.GetFullPath(invocation.Get(File));
        if (System.IO.File.Exists(path) && !invocation.Get(Force))
            throw new CairnException(Problems.Of("cli.file-exists", $"{path} is there already; --force replaces it."));

        await using var session = await invocation.Connect(cancellation);
        var next = path + ".next";
        try
        {
            var stream = new FileStream(next, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
            await using (stream)
            {
                await session.Client.BackupAsync(stream, cancellation);
                stream.Flush(flushToDisk: true);
            }

            System.IO.File.Move(next, path, overwrite: true);
        }
        finally
        {
            System.IO.File.Delete(next);
        }

        var size = new FileInfo(path).Length;
        if (invocation.Terminal.Json) Terminal.WriteJson(new { File = path, Bytes = size });
        else Terminal.WriteLine($"Wrote {path} ({Format.Bytes(size)}). 'cairn restore {path} --home FOLDER' brings it back.");
        return ExitCode.Ok;
    }
}

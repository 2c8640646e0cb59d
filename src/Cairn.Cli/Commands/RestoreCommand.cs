using System.CommandLine;
using System.Formats.Tar;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client;

namespace Cairn.Cli.Commands;

internal static class RestoreCommand
{
    private static readonly Argument<string> File = new("file") { Description = "A file written by 'cairn backup'" };
    private static readonly Option<bool> Replace = new("--replace") { Description = "Set aside what the home holds now (as FOLDER.replaced-N)" };

    public static Command Build() => new Command("restore", "Bring a backup back into an empty home") { File, Replace }.Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        var file = Path.GetFullPath(invocation.Get(File));
        var home = invocation.Settings.Home;
        if (!System.IO.File.Exists(file)) throw new CairnException(Problems.Of("cli.no-file", $"There is no file {file}."));
        await using (var living = await Session.FindLiving(invocation.Settings, cancellation))
            if (living is not null) throw new CairnException(Problems.Of("cli.home-in-use", $"A server owns {home}. Stop it first: cairn stop --home {home}"));

        var occupied = Directory.Exists(home) && Directory.EnumerateFileSystemEntries(home).Any();
        if (occupied && !invocation.Get(Replace))
            throw new CairnException(Problems.Of("cli.home-occupied", $"{home} is not empty. Restore to another --home, or set aside what is there with --replace."));

        // Unpacked beside the home and moved when it is whole: a broken file leaves the home as it was.
        var beside = home + ".restoring";
        if (Directory.Exists(beside)) Directory.Delete(beside, recursive: true);
        long files;
        try
        {
            files = await Unpack(file, beside, cancellation);
        }
        catch
        {
            if (Directory.Exists(beside)) Directory.Delete(beside, recursive: true);
            throw;
        }

        var aside = occupied ? SetAside(home) : null;
        if (!occupied && Directory.Exists(home)) Directory.Delete(home);
        Directory.Move(beside, home);

        if (invocation.Terminal.Json) Terminal.WriteJson(new { Home = home, Files = files, Replaced = aside });
        else invocation.Terminal.WriteLine($"Restored {Format.Count(files)} files to {home}{(aside is null ? "" : $"; what was there is in {aside}")}. 'cairn doctor --home {home}' checks it.");
        return ExitCode.Ok;
    }

    private static async Task<long> Unpack(string file, string folder, CancellationToken cancellation)
    {
        long files = 0;
        var whole = false;
        try
        {
            var stream = System.IO.File.OpenRead(file);
            await using (stream)
            {
                var tar = new TarReader(stream);
                await using (tar)
                {
                    Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                    while (await tar.GetNextEntryAsync(cancellationToken: cancellation) is { } entry)
                    {
                        var path = Path.GetFullPath(Path.Combine(folder, entry.Name));
                        if (path + "/" == folder + "/" || !path.StartsWith(folder + "/", StringComparison.Ordinal)) continue;
                        if (entry.EntryType is TarEntryType.Directory)
                        {
                            Directory.CreateDirectory(path);
                            continue;
                        }

                        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                            throw NoBackup(file, $"it holds '{entry.Name}', which is no plain file");
                        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                        await entry.ExtractToFileAsync(path, overwrite: false, cancellation);
                        whole |= entry.Name.TrimStart('.', '/') is "cairn.db";
                        files++;
                    }
                }
            }
        }
        catch (Exception broken) when (broken is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new CairnException(NoBackup(file, broken.Message.TrimEnd('.')).Problem, broken);
        }

        return whole ? files : throw NoBackup(file, "it holds no cairn.db");
    }

    private static CairnException NoBackup(string file, string why) =>
        new(Problems.Of("cli.not-a-backup", $"{file} is not a whole backup of Cairn: {why}. Nothing was changed."));

    private static string SetAside(string home)
    {
        for (var n = 1; ; n++)
        {
            var aside = $"{home}.replaced-{n}";
            if (Path.Exists(aside)) continue;
            Directory.Move(home, aside);
            return aside;
        }
    }
}

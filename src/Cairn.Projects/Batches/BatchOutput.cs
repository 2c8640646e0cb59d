using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Projects.Files;
using Cairn.Serving;
using Cairn.Storage;

namespace Cairn.Projects.Batches;

/// <summary>Where a batch may write, and as what.</summary>
/// <param name="Path">The real path; the address of an object; connection and table.</param>
internal sealed record BatchOutput(string Path, bool Csv, bool Single)
{
    public static Answer<BatchOutput> Resolve(string folder, BatchTarget target, bool overwrite, IReadOnlyList<string> dataRoots, StorageOptions storage)
    {
        if (string.IsNullOrWhiteSpace(target.Path)) return Invalid("batch.output-invalid", "The request names no output.");
        if (target.Path.Contains('\0', StringComparison.Ordinal)) return Invalid("batch.output-invalid", "The path of the output holds a NUL character.");
        var asked = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(target.Path, folder));
        var named = Named(target, asked);
        if (named.Refusal is { } wrong) return wrong;
        var (csv, single) = named.Value;

        if (SourcePath.Inside(folder, asked, dataRoots) is not { } real)
        {
            return Invalid(
                "batch.output-outside",
                $"The output '{target.Path}' is {asked}, where the server may not write. It may lie below {string.Join(" or ", (IEnumerable<string>)[folder, .. dataRoots])}. Choose a path there, or start the server with --data-root {System.IO.Path.GetDirectoryName(asked)}.");
        }

        if (SourcePath.IsInside(storage.Home, real)) return Invalid("batch.output-outside", $"The output {real} is inside the server's home {storage.Home}. Choose another place.");
        if (Taken(real, single, overwrite) is { } taken) return taken;
        return new BatchOutput(real, csv, single);
    }

    /// <summary>What a name and a format say together.</summary>
    public static Answer<(bool Csv, bool Single)> Named(BatchTarget target, string name)
    {
        var (format, single) = System.IO.Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".csv" => ("csv", true),
            ".parquet" => ("parquet", true),
            _ => ("parquet", false),
        };
        if (target.Format is not (null or "csv" or "parquet")) return Invalid("batch.output-invalid", $"The format '{target.Format}' is not known. There are: csv, parquet.");
        if (single && target.Format is { } other && other != format)
            return Invalid("batch.output-invalid", $"The output {target.Path} is named like a {format} file, and the format asked for is {other}. Name it .{other}, or leave the format out.");
        return ((target.Format ?? format) == "csv", single);
    }

    private static Refusal? Taken(string path, bool single, bool overwrite)
    {
        if (File.Exists(path))
        {
            if (!single) return Invalid("batch.output-invalid", $"{path} is a file. A folder is made for parts; end the name in .csv or .parquet to get one file.");
            return overwrite ? null : Exists(path);
        }

        if (!Directory.Exists(path)) return null;
        if (single) return Invalid("batch.output-invalid", $"{path} is a folder. Choose another name for the file.");
        if (!Directory.EnumerateFileSystemEntries(path).Any()) return null;
        if (!BatchScoring.IsOutput(path)) return new Refusal.Conflict("batch.output-exists", $"The folder {path} holds files that no batch wrote. Choose another output.");
        return overwrite ? null : Exists(path);
    }

    public static Refusal.Conflict Exists(string path) => new("batch.output-exists", $"The output {path} is there already. Choose another, or ask for it to be replaced (--overwrite).");

    private static Refusal.Invalid Invalid(string code, string detail) => new(code, detail);
}

using System.Text;
using System.Text.RegularExpressions;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Projects;

/// <summary>A project as it lies on disk: a folder with cairn.yaml.</summary>
internal sealed partial record ProjectFolder(string Path, string Name, IReadOnlyDictionary<string, string> Files)
{
    private const long LargestFile = 1 << 20;
    private const int LongestName = 64;

    public ProjectFiles Wire => new(Path, Files);

    public static bool Is(string path) => File.Exists(System.IO.Path.Combine(path, "cairn.yaml"));

    public static ProjectFolder Read(string path)
    {
        var folder = System.IO.Path.GetFullPath(path);
        if (!Is(folder))
            throw new CairnException(Problems.Of(
                "cli.no-project", $"There is no project at {folder}: no cairn.yaml. 'cairn init {path} --from data.csv --target COLUMN' makes one."));

        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder).Where(f => f.EndsWith(".yaml", StringComparison.Ordinal) || f.EndsWith(".yml", StringComparison.Ordinal)))
            files[System.IO.Path.GetFileName(file)] = ReadText(file);
        var named = ProjectLine().Match(files["cairn.yaml"]);
        return new ProjectFolder(folder, named.Success ? named.Groups["name"].Value : System.IO.Path.GetFileName(folder), files);
    }

    /// <summary>A folder's name as the name of a project: lower-case letters, digits and hyphens.</summary>
    public static string NameOf(string text) => NotInNames().Replace(text.ToLowerInvariant(), "-").Trim('-') is { Length: > 0 } name ? name[..Math.Min(name.Length, LongestName)].TrimEnd('-') : "project";

    private static string ReadText(string file)
    {
        if (new FileInfo(file).Length > LargestFile) throw new CairnException(Problems.Of("cli.project-file", $"{file} is larger than 1 MiB; files of a project are small."));
        try
        {
            return File.ReadAllText(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
        }
        catch (DecoderFallbackException broken)
        {
            throw new CairnException(Problems.Of("cli.project-file", $"{file} is not UTF-8 text."), broken);
        }
    }

    [GeneratedRegex("""^project:[ \t]*["']?(?<name>[\w.-]+)""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ProjectLine();

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotInNames();
}

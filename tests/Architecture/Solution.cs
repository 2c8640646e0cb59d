using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Cairn.Architecture.Tests;

/// <summary>The solution as found on disk; nothing here names a module, so a new one cannot be forgotten.</summary>
internal static partial class Solution
{
    public static readonly string Root = FindRoot();

    public static IEnumerable<string> Projects =>
        Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories);

    public static IEnumerable<Assembly> Assemblies => Projects.Select(p => Assembly.Load(Path.GetFileNameWithoutExtension(p)));

    /// <summary>A module is an assembly with one public <c>XModule</c> type; Kernel, Web and the hosts are not modules.</summary>
    public static IEnumerable<Assembly> Modules => Assemblies.Where(a => a.GetExportedTypes().Any(IsModule));

    public static bool IsModule(Type type) => type.Name.EndsWith("Module", StringComparison.Ordinal);

    public static IEnumerable<string> DeclaredArrows =>
        from project in Projects
        from reference in XDocument.Load(project).Descendants("ProjectReference")
        select $"{Short(project)} --> {Short((string)reference.Attribute("Include")!)}";

    public static IEnumerable<string> DrawnArrows =>
        Arrow().Matches(File.ReadAllText(Path.Combine(Root, "docs", "architecture.md"))).Select(m => m.Value.Trim());

    private static string Short(string path) => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')).Split('.', 2)[1];

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props"))) folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex(@"^\s*\w[\w.]* --> \w[\w.]*\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Arrow();
}

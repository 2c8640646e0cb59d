using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Cairn.Architecture.Tests;

/// <summary>The solution as found on disk; nothing here names a module, so a new one cannot be forgotten.</summary>
internal static partial class Solution
{
    public static readonly string Root = FindRoot();

    public static IReadOnlyList<string> Projects { get; } = Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories);

    public static IReadOnlyList<Assembly> Assemblies { get; } = [.. Projects.Select(project => Assembly.Load(AssemblyName(project)))];

    /// <summary>Hand-written C# of the product.</summary>
    public static IEnumerable<string> Sources => Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories);

    /// <summary>A module is an assembly with a public <c>XModule</c> class, X being its own name; Kernel, Client and the hosts are not modules.</summary>
    public static IEnumerable<Assembly> Modules => Assemblies.Where(a => a.GetExportedTypes().Any(IsModule));

    public static bool IsModule(Type type) => type.IsPublic && $"Cairn.{type.Name}" == $"{type.Assembly.GetName().Name}Module";

    /// <summary>Razor makes a public class of every page, wherever it lies; nobody can use it but the router.</summary>
    public static bool IsPage(Type type) => type.GetInterfaces().Any(i => i.FullName == "Microsoft.AspNetCore.Components.IComponent") || type.Name.StartsWith("_Imports", StringComparison.Ordinal);

    /// <summary>What pages take as parameters is public because pages are.</summary>
    public static bool IsTakenByPage(Type type) => Taken.Value.Contains(type);

    private static readonly Lazy<HashSet<Type>> Taken = new(() =>
    [
        .. from assembly in Assemblies
           from page in assembly.GetTypes()
           where IsPage(page)
           from property in page.GetProperties()
           where property.GetCustomAttributes().Any(attribute => attribute.GetType().Name == "ParameterAttribute")
           from type in TypeReferences.Unwrap(property.PropertyType)
           select type,
    ]);

    public static IEnumerable<string> DeclaredArrows =>
        from project in Projects
        from reference in XDocument.Load(project).Descendants("ProjectReference")
        select $"{Short(project)} --> {Short((string)reference.Attribute("Include")!)}";

    public static IEnumerable<string> DrawnArrows =>
        Arrow().Matches(File.ReadAllText(Path.Combine(Root, "docs", "architecture.md"))).Select(m => m.Value.Trim());

    private static string AssemblyName(string project) =>
        XDocument.Load(project).Descendants("AssemblyName").FirstOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(project);

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

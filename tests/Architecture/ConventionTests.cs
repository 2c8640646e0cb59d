using System.Text.RegularExpressions;

namespace Cairn.Architecture.Tests;

/// <summary>What would otherwise be said in every review.</summary>
public partial class ConventionTests
{
    /// <summary>Seams that have one implementation today, and why they are seams all the same.</summary>
    private static readonly Dictionary<string, string> Seams = new(StringComparer.Ordinal)
    {
        ["Cairn.Storage.IBlobStore"] = "a folder now, S3 when a home outgrows one disk",
        ["Cairn.Kernel.ITransient"] = "a mark on exceptions that the retry policy reads",
        ["Cairn.Learning.Models.ITrainer"] = "the algorithms of cairn.yaml",
    };

    [Fact]
    public void A_namespace_is_the_folder_it_lies_in()
    {
        var astray =
            from file in Solution.Sources
            let declared = Namespace().Match(File.ReadAllText(file))
            where declared.Success
            let folder = Path.GetDirectoryName(Path.GetRelativePath(Path.Combine(Solution.Root, "src"), file))!.Replace('/', '.')
            where declared.Groups["name"].Value != folder
            select $"{file}: namespace {declared.Groups["name"].Value}, folder {folder}";

        astray.ShouldBeEmpty();
    }

    [Fact]
    public void No_type_is_named_after_nothing()
    {
        var vague =
            from assembly in Solution.Assemblies
            from type in assembly.GetTypes()
            where type.Namespace?.StartsWith("Cairn", StringComparison.Ordinal) is true
            where Vague().IsMatch(type.Name)
            select type.FullName;

        vague.ShouldBeEmpty();
    }

    [Fact]
    public void An_interface_has_two_implementations_or_is_a_named_seam()
    {
        var types = Solution.Assemblies.SelectMany(a => a.GetTypes()).ToList();
        var lonely =
            from type in types
            where type.IsInterface && type.Namespace?.StartsWith("Cairn.", StringComparison.Ordinal) is true
            where types.Count(t => t is { IsInterface: false, IsAbstract: false } && t.GetInterfaces().Any(i => (i.IsGenericType ? i.GetGenericTypeDefinition() : i) == type)) < 2
            where !Seams.ContainsKey(type.FullName!)
            select type.FullName;

        lonely.ShouldBeEmpty();
    }

    /// <summary>Else the purge would take files that a module still needs.</summary>
    [Fact]
    public void A_module_that_writes_blobs_says_which_its_rows_name()
    {
        var modules = Solution.Sources.ToLookup(file => Path.GetRelativePath(Path.Combine(Solution.Root, "src"), file).Split(Path.DirectorySeparatorChar)[0], File.ReadAllText, StringComparer.Ordinal);
        var silent =
            from texts in modules
            where texts.Any(text => BlobWrite().IsMatch(text)) && !texts.Any(text => text.Contains("new BlobNames(", StringComparison.Ordinal))
            where texts.Key is not ("Cairn.Server" or "Cairn.Storage") // the empty blob, which storage names itself
            select texts.Key;

        silent.ShouldBeEmpty();
    }

    [Fact]
    public void Only_the_client_says_Async()
    {
        var suffixed =
            from assembly in Solution.Modules
            from type in assembly.GetTypes()
            where !type.IsNested && type.Namespace?.StartsWith("Cairn.", StringComparison.Ordinal) is true && !Solution.IsPage(type)
            from method in type.GetMethods(System.Reflection.BindingFlags.DeclaredOnly | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Static)
            where method.Name.EndsWith("Async", StringComparison.Ordinal) && method.Name is not ("DisposeAsync" or "BindAsync" or "InvokeAsync" or "StartAsync" or "StopAsync" or "ExecuteAsync" or "TryHandleAsync" or "WriteAsync")
            where method.GetBaseDefinition() == method && !method.Name.Contains('.', StringComparison.Ordinal)
            select $"{type.FullName}.{method.Name}";

        suffixed.ShouldBeEmpty();
    }

    [Fact]
    public void A_form_of_a_page_that_posts_carries_its_token()
    {
        var bare =
            from page in Directory.EnumerateFiles(Path.Combine(Solution.Root, "src", "Cairn.Web"), "*.razor", SearchOption.AllDirectories)
            where Path.GetFileName(page) != "PostForm.razor" && Posts().IsMatch(File.ReadAllText(page))
            select page;

        bare.ShouldBeEmpty("write <PostForm> instead of <form method=\"post\">");
    }

    [GeneratedRegex("method\\s*=\\s*[\"']?post", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Posts();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\b_?[bB]lobs\.Write\(|IBlobStore>\(\)\.Write\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BlobWrite();

    [GeneratedRegex("(Manager|Helper|Helpers|Util|Utils|Utilities|Service|Impl|Common|Misc)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Vague();
}

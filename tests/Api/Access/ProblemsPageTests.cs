using System.Text.RegularExpressions;

namespace Cairn.Api.Tests.Access;

/// <summary>docs/reference/problems.md and the sources name the same codes.</summary>
public partial class ProblemsPageTests
{
    private static readonly string Sources = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

    private static readonly HashSet<string> Documented =
        Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "reference", "problems.md"))).Select(row => row.Groups["code"].Value).ToHashSet(StringComparer.Ordinal);

    [Fact]
    public void Every_code_a_refusal_is_made_with_is_on_the_page() =>
        Made().Matches(Sources).Select(made => made.Groups["code"].Value).Distinct(StringComparer.Ordinal).Except(Documented, StringComparer.Ordinal).Order(StringComparer.Ordinal).ShouldBeEmpty();

    [Fact]
    public void Every_code_on_the_page_is_used_by_the_sources()
    {
        Documented.Count.ShouldBeGreaterThan(30);
        Documented.Where(code => !Sources.Contains($"\"{code}\"", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ShouldBeEmpty();
    }

    [GeneratedRegex(@"^\| `(?<code>[a-z][a-z0-9-]*\.[a-z0-9-]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();

    // new Refusal.Kind("code", a method or property that returns a refusal as new("code", and the problems of the framework's errors.
    [GeneratedRegex(
        """(new Refusal\.\w+\(\s*|Refusal(\.\w+)?\?? \w+(\([^()]*\))? =>\s*new\(\s*|ProblemBody\.Of\(\s*(\d+|StatusCodes\.\w+|status),\s*)"(?<code>[a-z][a-z0-9-]*\.[a-z0-9-]+)""",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Made();
}

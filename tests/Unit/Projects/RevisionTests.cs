using Cairn.Client.Wire;
using Cairn.Projects.Revisions;
using Cairn.Projects.Yaml;

namespace Cairn.Unit.Tests.Projects;

public sealed class RevisionTests
{
    [Fact]
    public void A_revision_is_named_by_its_files_whatever_their_order()
    {
        var one = ProjectRevisions.Identify(new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "1", ["b"] = "2" }).Revision;
        ProjectRevisions.Identify(new Dictionary<string, string>(StringComparer.Ordinal) { ["b"] = "2", ["a"] = "1" }).Revision.ShouldBe(one);
        ProjectRevisions.Identify(new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "2", ["b"] = "1" }).Revision.ShouldNotBe(one);
        ProjectRevisions.Identify(new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "1" }).Revision.ShouldNotBe(one);
    }

    [Theory]
    [InlineData("../x.yaml")]
    [InlineData("/etc/x.yaml")]
    [InlineData("a//b.yaml")]
    [InlineData("a\\b.yaml")]
    [InlineData("./x.yaml")]
    [InlineData("")]
    public void Files_outside_the_folder_are_no_files_of_a_project(string path) =>
        ProjectRevisions.Check(new ProjectFiles("/x", new Dictionary<string, string>(StringComparer.Ordinal) { [path] = "" }))!.Code.ShouldBe("project.files-invalid");

    [Fact]
    public void A_relative_folder_is_refused() => ProjectRevisions.Check(new ProjectFiles("x", new Dictionary<string, string>(StringComparer.Ordinal)))!.Fields.Single().Field.ShouldBe("$.folder");

    [Fact]
    public void Changes_are_told_by_key_and_not_by_layout() =>
        Changes.Between("cairn.yaml", "a: { b: 1, c: [x, y] }\nd: 4", "# new comment\na:\n  c: [x, z]\n  b: 1\ne: 5")
            .ShouldBe(["a.c ([x, y] → [x, z])", "d (4 → nothing)", "e (nothing → 5)"]);

    [Theory]
    [InlineData("algoritms", "algorithms")]
    [InlineData("Folds", "folds")]
    [InlineData("tset", "test")]
    [InlineData("zzz", null)]
    public void A_slip_of_the_pen_is_recognised(string written, string? meant) => Nearest.Of(written, ["algorithms", "folds", "test", "seed"]).ShouldBe(meant);
}

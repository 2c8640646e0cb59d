using Cairn.Kernel;
using Cairn.Projects.Files;

namespace Cairn.Unit.Tests.Projects;

public sealed class SourcePathTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("cairn-test-").FullName;
    private readonly string _folder;
    private readonly string _lake;

    public SourcePathTests()
    {
        _folder = Directory.CreateDirectory(Path.Combine(_root, "project")).FullName;
        _lake = Directory.CreateDirectory(Path.Combine(_root, "lake")).FullName;
        File.WriteAllText(Path.Combine(_folder, "in.csv"), "a");
        File.WriteAllText(Path.Combine(_lake, "shared.csv"), "a");
        File.WriteAllText(Path.Combine(_root, "out.csv"), "a");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("in.csv")]
    [InlineData("./in.csv")]
    [InlineData("nowhere/../in.csv")]
    public void A_file_in_the_project_folder_may_be_read(string path) => SourcePath.Resolve(_folder, path, []).Value.ShouldBe(Path.Combine(_folder, "in.csv"));

    [Fact]
    public void A_file_below_a_data_root_may_be_read() =>
        SourcePath.Resolve(_folder, "../lake/shared.csv", [_lake]).Value.ShouldBe(Path.Combine(_lake, "shared.csv"));

    [Theory]
    [InlineData("../out.csv")]
    [InlineData("../lake/shared.csv")]
    [InlineData("../missing.csv")]
    [InlineData("/etc/passwd")]
    public void A_file_elsewhere_is_refused_whether_it_exists_or_not_and_the_answer_says_where_it_may_lie(string path)
    {
        var refusal = SourcePath.Resolve(_folder, path, [Path.Combine(_root, "other")]).Refusal!;
        refusal.Code.ShouldBe("project.source-outside");
        refusal.Detail.ShouldContain(_folder);
        refusal.Detail.ShouldContain(Path.Combine(_root, "other"));
    }

    [Fact]
    public void A_folder_that_only_begins_like_the_project_folder_is_elsewhere()
    {
        Directory.CreateDirectory(_folder + "-secret");
        File.WriteAllText(_folder + "-secret/a.csv", "a");
        SourcePath.Resolve(_folder, "../project-secret/a.csv", []).Refusal!.Code.ShouldBe("project.source-outside");
    }

    [Fact]
    public void A_link_that_leads_out_is_refused_and_one_that_stays_is_followed()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "link.csv"), "../out.csv");
        File.CreateSymbolicLink(Path.Combine(_folder, "inside.csv"), "in.csv");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "dir"), _root);
        File.CreateSymbolicLink(Path.Combine(_folder, "loop.csv"), "loop.csv");

        SourcePath.Resolve(_folder, "link.csv", []).Refusal!.Code.ShouldBe("project.source-outside");
        SourcePath.Resolve(_folder, "dir/out.csv", []).Refusal!.Code.ShouldBe("project.source-outside");
        SourcePath.Resolve(_folder, "dir/project/in.csv", []).Value.ShouldBe(Path.Combine(_folder, "in.csv"));
        SourcePath.Resolve(_folder, "inside.csv", []).Value.ShouldBe(Path.Combine(_folder, "in.csv"));
        SourcePath.Resolve(_folder, "loop.csv", []).Refusal!.Code.ShouldBe("project.source-outside");
        SourcePath.Resolve(Path.Combine(_folder, "dir", "project"), "in.csv", []).Value.ShouldBe(Path.Combine(_folder, "in.csv"), "the folder may be reached by a link itself");
    }

    [Fact]
    public void A_missing_file_is_named_with_those_beside_it()
    {
        var refusal = SourcePath.Resolve(_folder, "inn.csv", []).Refusal!;
        refusal.ShouldBeOfType<Refusal.Missing>().Code.ShouldBe("project.source-missing");
        refusal.Detail.ShouldContain("in.csv");
        SourcePath.Resolve(_folder, ".", []).Refusal!.Detail.ShouldContain("is the folder");
    }

    [Fact]
    public void An_address_is_refused() => SourcePath.Resolve(_folder, "https://example.com/a.csv", []).Refusal!.Code.ShouldBe("project.source-remote");
}

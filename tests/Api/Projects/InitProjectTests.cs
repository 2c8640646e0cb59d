using Cairn.Api.Tests.Server;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Projects;

namespace Cairn.Api.Tests.Projects;

public class InitProjectTests
{
    [Fact]
    public async Task Init_proposes_files_that_plan_and_explains_its_choices()
    {
        await using var home = await TestHome.Start();
        using var project = new SampleProject(800);

        var made = await home.Client.InitProjectAsync(new InitProject("bank", project.Folder, "data/customers.csv", ChurnSample.Target));

        made.Files.Keys.Order(StringComparer.Ordinal).ShouldBe(["cairn.yaml", "schema.yaml"]);
        made.Files["cairn.yaml"].ShouldContain("target: { column: churned, positive: Yes }");
        made.Files["cairn.yaml"].ShouldContain("entity: customer_id");
        made.Files["schema.yaml"].ShouldContain("categories: [No, Yes]");
        made.Choices.ShouldContain(c => c.Contains("Yes counts as 1"));
        made.Choices.ShouldContain(c => c.Contains("customer_id names a row"));
        made.Choices.ShouldContain(c => c.StartsWith("Gate:"));

        var plan = await home.Client.PlanProjectAsync(new ProjectFiles(project.Folder, made.Files));
        plan.Project.ShouldBe("bank");
        plan.Steps[0].ShouldBe(new PlanStepWire("snapshot", "run", plan.Steps[0].Reason));
    }

    [Fact]
    public async Task A_source_outside_the_folder_is_refused()
    {
        await using var home = await TestHome.Start();
        using var project = new SampleProject(100);
        var refused = await Should.ThrowAsync<CairnException>(() => home.Client.InitProjectAsync(new InitProject("bank", Path.Combine(project.Folder, "inner"), "../data/customers.csv", "churned")));
        refused.Problem.Code.ShouldBe("project.source-outside");
        refused.Problem.Detail.ShouldContain(Path.Combine(project.Folder, "inner"));
    }

    [Theory]
    [InlineData("region", 400)]
    [InlineData("nonesuch", 404)]
    public async Task A_target_that_cannot_be_learned_is_refused(string target, int status)
    {
        await using var home = await TestHome.Start();
        using var project = new SampleProject(300);
        var refused = await Should.ThrowAsync<CairnException>(() => home.Client.InitProjectAsync(new InitProject("bank", project.Folder, "data/customers.csv", target)));
        refused.Problem.Status.ShouldBe(status);
    }
}

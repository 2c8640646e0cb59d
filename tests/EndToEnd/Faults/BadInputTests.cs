using System.Text;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests.Faults;

/// <summary>Each is answered with what was found and what to do, and leaves nothing behind.</summary>
public class BadInputTests
{
    [Theory]
    [InlineData("empty", "", "empty")]
    [InlineData("header-only", "a,b,Exited\n", "row")]
    [InlineData("ragged", "a,b,Exited\n1,2,0\n1,2,3,4,5,1\n1,2,0\n", "line")]
    [InlineData("twice-the-same-name", "a,a,Exited\n1,2,0\n3,4,1\n", "'a'")]
    [InlineData("no-target", "a,b,c\n1,2,0\n3,4,1\n", "Exited")]
    [InlineData("one-class", "a,b,Exited\n1,2,0\n3,4,0\n5,6,0\n", "Exited")]
    public async Task A_bad_table_is_refused_with_its_reason_and_leaves_no_project(string kind, string csv, string saying)
    {
        using var folder = new TestFolder();
        folder.Write($"{kind}.csv", csv);

        var ended = await CairnProcess.Run(folder, "init", "bank", "--from", $"{kind}.csv", "--target", "Exited");

        ended.ShouldFail(1, saying);
        Directory.Exists(folder["bank"]).ShouldBeFalse("nothing half done");
    }

    [Fact]
    public async Task A_table_in_another_encoding_is_refused_and_named_as_such()
    {
        using var folder = new TestFolder();
        await File.WriteAllBytesAsync(folder["latin.csv"], Encoding.Latin1.GetBytes("name,Exited\nZoë,1\nMüller,0\nAnna,1\nJosé,0\n"));

        (await CairnProcess.Run(folder, "init", "bank", "--from", "latin.csv", "--target", "Exited")).ShouldFail(1, "UTF-8");
        Directory.Exists(folder["bank"]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        using var folder = new TestFolder();

        (await CairnProcess.Run(folder, "init", "bank", "--from", "nowhere.csv", "--target", "Exited")).ShouldFail(1, folder["nowhere.csv"]);
        (await CairnProcess.Run(folder, "run", "bank")).ShouldFail(1, "cairn init");
    }

    [Fact]
    public async Task A_wrong_key_in_the_project_file_is_answered_with_file_line_key_found_and_expected()
    {
        using var folder = new TestFolder();
        await folder.Project(Tables.Bank());
        var yaml = await File.ReadAllLinesAsync(folder["bank/cairn.yaml"]);
        await File.WriteAllLinesAsync(folder["bank/cairn.yaml"], yaml.Append("trian: { folds: many }"));

        var ended = await CairnProcess.Run(folder, "run", "bank");

        ended.ShouldFail(1, $"cairn.yaml:{yaml.Length + 1}", "trian", "found", "expected");
        (await CairnProcess.Run(folder, "runs", "--json")).ShouldSucceed().Json.GetArrayLength().ShouldBe(0, "nothing half done");
    }

    [Fact]
    public async Task With_json_a_refusal_is_the_problem_as_JSON_on_standard_error()
    {
        using var folder = new TestFolder();

        var ended = await CairnProcess.Run(folder, "models", "show", "nothing-of-this-name", "--json");

        ended.ExitCode.ShouldBe(1, ended.All);
        ended.Out.ShouldBeEmpty();
        ended.ErrorJson.GetProperty("code").GetString()!.ShouldContain(".");
    }

    [Fact]
    public async Task A_wrong_command_line_ends_with_2_and_points_to_help()
    {
        using var folder = new TestFolder();

        (await CairnProcess.Run(folder, "no-such-command")).ShouldFail(2, "no-such-command", "--help");
        (await CairnProcess.Run(folder, "promote", "model", "not-a-number")).ShouldFail(2, "not-a-number");
        (await CairnProcess.Run(folder, "predict")).ShouldFail(2, "--json", "--file");
        Directory.Exists(folder.Home).ShouldBeFalse("a home is made by commands that need one");
    }

    [Fact]
    public async Task A_row_that_breaks_the_contract_is_refused_by_field_and_a_file_by_line()
    {
        using var folder = new TestFolder();
        await folder.Project(Tables.Bank());
        (await CairnProcess.Run(folder, "run", "bank")).ShouldSucceed();

        (await CairnProcess.Run(folder, "predict", "bank", "--json", """{"CreditScore": "high", "Geography": "France", "Age": 42, "Balance": 0, "IsActive": 1}""")).ShouldFail(1, "CreditScore");
        (await CairnProcess.Run(folder, "predict", "bank", "--json", "{not json")).ShouldFail(1, "not JSON");

        folder.Write("rows.csv", "CustomerId,CreditScore,Geography,Age,Balance,IsActive\nA,600,France,40,0,1\nB,many,France,40,0,1\n");
        (await CairnProcess.Run(folder, "predict", "bank", "--file", "rows.csv", "--out", "scored.csv")).ShouldFail(1, "rows.csv:3", "CreditScore");
        File.Exists(folder["scored.csv"]).ShouldBeFalse("nothing half done");

        folder.Write("narrow.csv", "CustomerId,CreditScore\nA,600\n");
        (await CairnProcess.Run(folder, "predict", "bank", "--file", "narrow.csv", "--out", "scored.csv")).ShouldFail(1, "Geography");
    }
}

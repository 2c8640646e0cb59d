using System.Security.Cryptography;
using Cairn.Projects;
using Cairn.Projects.Files;
using Cairn.Projects.Samples;

namespace Cairn.Unit.Tests.Projects;

public sealed class ChurnSampleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        (Written(42) == Written(42)).ShouldBeTrue();
        (Written(43) == Written(42)).ShouldBeFalse();
    }

    [Fact]
    public void The_bytes_of_the_default_sample_do_not_change_from_build_to_build()
    {
        ChurnSample.Write(Path.Combine(_folder, "s.csv"));
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(_folder, "s.csv")))).ShouldBe(DefaultSample);
    }

    [Fact]
    public void There_is_something_to_learn_and_no_single_column_has_it_all()
    {
        var customers = SampleCustomer.Draw(20_000, 7).ToList();

        customers.Average(c => c.Churned ? 1.0 : 0).ShouldBeInRange(0.22, 0.32);
        Auc(customers, c => c.ChurnProbability).ShouldBeInRange(0.86, 0.885, "what a model that knew the truth would reach");
        var byContract = customers.GroupBy(c => c.Contract, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Average(c => c.Churned ? 1.0 : 0), StringComparer.Ordinal);
        Auc(customers, c => byContract[c.Contract]).ShouldBeInRange(0.65, 0.76);
        Auc(customers, c => -c.Tenure).ShouldBeInRange(0.6, 0.77);
        Auc(customers, c => c.Age).ShouldBeInRange(0.45, 0.55);
    }

    [Fact]
    public void Values_are_missing_where_they_would_be()
    {
        var customers = SampleCustomer.Draw(5_000, 42).ToList();
        customers.Where(c => c.Tenure == 0).ShouldAllBe(c => c.TotalCharge == null);
        customers.Count(c => c.TotalCharge is null).ShouldBeInRange(20, 600);
        customers.Count(c => c.Satisfaction is null).ShouldBeInRange(1_300, 1_700);
        customers.Where(c => c.Internet == "None").ShouldAllBe(c => c.DataGb == null);
        customers.Select(c => c.Id).ToHashSet(StringComparer.Ordinal).Count.ShouldBe(5_000);
    }

    [Fact]
    public void The_sample_project_is_valid_and_its_schema_names_the_columns_of_the_file_in_order()
    {
        var folder = Repository.Find("samples/churn");
        var files = Directory.GetFiles(folder, "*.yaml").ToDictionary(f => Path.GetFileName(f), File.ReadAllText, StringComparer.Ordinal);

        var parsed = ProjectParser.Parse(files, folder);

        (parsed.Refusal?.Fields ?? []).ShouldBeEmpty();
        parsed.Refusal.ShouldBeNull();
        parsed.Value.Target.ShouldBe(ChurnSample.Target);
        parsed.Value.Entity.ShouldBe(ChurnSample.Entity);
        ChurnSample.Write(Path.Combine(_folder, "s.csv"), 10);
        File.ReadLines(Path.Combine(_folder, "s.csv")).First().Split(',').ShouldBe(parsed.Value.Schema!.Columns.Select(c => c.Name));
    }

    private const string DefaultSample = "dfbc1f946b9cf13387109cdd069bd1add96f72a336b195db95eb9e38852161bb";

    private string Written(int seed)
    {
        var path = Path.Combine(_folder, $"{Guid.NewGuid()}.csv");
        ChurnSample.Write(path, 300, seed);
        return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
    }

    /// <summary>The share of (left, stayed) pairs in the right order; ties count half.</summary>
    private static double Auc(List<SampleCustomer> customers, Func<SampleCustomer, double> score)
    {
        double below = 0, wins = 0;
        foreach (var group in customers.GroupBy(score).OrderBy(g => g.Key))
        {
            double left = group.Count(c => c.Churned), stayed = group.Count() - left;
            wins += left * (below + (stayed / 2));
            below += stayed;
        }

        return wins / (below * customers.Count(c => c.Churned));
    }
}

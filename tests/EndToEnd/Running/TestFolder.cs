using System.Security.Cryptography;

namespace Cairn.EndToEnd.Tests.Running;

/// <summary>An empty folder to stand in, with a home of its own.</summary>
internal sealed class TestFolder : IDisposable
{
    public TestFolder()
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"cairn-e2e-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
        Home = System.IO.Path.Combine(Path, "home");
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public string Home { get; init; }

    /// <value>What its commands find in their environment, besides the home.</value>
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
    }

    /// <summary>A project from a table, with so little tuning that a run takes seconds.</summary>
    public async Task<string> Project(string csv, string target = "Exited", string name = "bank")
    {
        Write($"{name}.csv", csv);
        (await CairnProcess.Run(this, "init", name, "--from", $"{name}.csv", "--target", target)).ShouldSucceed();
        Quicken(name);
        return this[name];
    }

    /// <summary>Two trials, three folds, one algorithm.</summary>
    public void Quicken(string project)
    {
        var file = System.IO.Path.Combine(this[project], "cairn.yaml");
        var lines = File.ReadAllLines(file)
            .Select(l => l.TrimStart().StartsWith("tune:", StringComparison.Ordinal) ? "  tune: { trials: 2, folds: 3, repeats: 1, metric: roc_auc }" : l)
            .Select(l => l.TrimStart().StartsWith("algorithms:", StringComparison.Ordinal) ? "  algorithms: [logistic_regression, xgboost]" : l);
        File.WriteAllLines(file, lines);
    }

    public void Dispose()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }
}

using Cairn.Cli.Csv;
using Cairn.Cli.Terminals;
using Cairn.Client;

namespace Cairn.Cli.Demos;

/// <summary>Which table the demo learns from, and which of its columns.</summary>
/// <param name="Name">Names the project.</param>
internal sealed record DemoData(string Name, string Path, string Target)
{
    private const int RowsLookedAt = 5_000;

    private static readonly HashSet<string> Answers = new(StringComparer.OrdinalIgnoreCase) { "yes", "no", "true", "false", "0", "1", "y", "n" };

    /// <summary>A column called Churn, else the last one when it holds nothing but two answers.</summary>
    public static async Task<string> GuessTarget(string file, CancellationToken cancellation)
    {
        using var reader = await CsvFile.Open(file, cancellation);
        if (reader.Header.FirstOrDefault(n => n.Equals("Churn", StringComparison.OrdinalIgnoreCase)) is { } churn) return churn;

        var values = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var n = 0; n < RowsLookedAt && values.Count <= 2 && await reader.Next(cancellation) is { } row; n++)
            if (row[^1].Trim() is { Length: > 0 } value) values.Add(value);
        return values.Count == 2 && values.All(Answers.Contains)
            ? reader.Header[^1]
            : throw new CairnException(Problems.Of(
                "cli.target-unclear",
                $"Which column of {file} is to be predicted? None is called Churn, and the last, '{reader.Header[^1]}', does not hold two answers such as Yes and No. Say --target with one of: {string.Join(", ", reader.Header)}."));
    }
}

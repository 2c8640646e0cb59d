using System.Globalization;
using Cairn.Data;
using Cairn.Projects;

namespace Cairn.Bench.Learning;

/// <summary>
/// The public telco file, or one of its shape (key first, target with <c>Yes</c> last), as the data module reads it, without its
/// engine: so that only learning is measured.
/// </summary>
internal static class CustomerCsv
{
    public static (Frame Frame, Schema Schema) Read(string path)
    {
        var lines = File.ReadAllLines(path);
        var names = lines[0].Split(',');
        var cells = lines[1..].Select(line => line.Split(',')).ToArray();
        var (columns, contracts) = (new List<FrameColumn>(), new List<ColumnContract>());
        for (var c = 0; c < names.Length; c++)
        {
            var (name, values) = (names[c], cells.Select(row => row[c].Trim()).ToArray());
            if (c == 0)
            {
                columns.Add(new TextColumn(name, values));
                contracts.Add(new(name, ColumnType.Text));
            }
            else if (values.All(v => v.Length == 0 || double.TryParse(v, CultureInfo.InvariantCulture, out _)))
            {
                columns.Add(new NumberColumn(name, [.. values.Select(v => v.Length == 0 ? double.NaN : double.Parse(v, CultureInfo.InvariantCulture))]));
                contracts.Add(new(name, ColumnType.Number, Nullable: true));
            }
            else
            {
                var levels = values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
                columns.Add(new CategoryColumn(name, [.. values.Select(v => levels.IndexOf(v))], levels));
                contracts.Add(new(name, ColumnType.Category, Categories: levels));
            }
        }

        return (new(cells.Length, columns), new(contracts, names[0], new(names[^1], "Yes")));
    }

    /// <summary>The path given, else telco beside the repository, else the generated sample.</summary>
    public static string Find(string[] options)
    {
        if (options.Where((o, i) => !o.StartsWith("--", StringComparison.Ordinal) && (i == 0 || !options[i - 1].StartsWith("--", StringComparison.Ordinal))).FirstOrDefault() is { } given) return given;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", "data", "telco-churn", "telco_churn.csv");
            if (File.Exists(file)) return file;
        }

        var sample = Path.Combine(Path.GetTempPath(), "cairn-bench-churn.csv");
        ChurnSample.Write(sample);
        return sample;
    }
}

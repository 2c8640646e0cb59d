using System.Globalization;
using Cairn.Data;

namespace Cairn.Bench.Learning;

/// <summary>The public telco file as the data module reads it, without its engine: so that only learning is measured.</summary>
internal static class TelcoCsv
{
    private static readonly string[] Numbers = ["SeniorCitizen", "tenure", "MonthlyCharges", "TotalCharges"];

    public static (Frame Frame, Schema Schema) Read(string path)
    {
        var lines = File.ReadAllLines(path);
        var names = lines[0].Split(',');
        var cells = lines[1..].Select(line => line.Split(',')).ToArray();
        var (columns, contracts) = (new List<FrameColumn>(), new List<ColumnContract>());
        for (var c = 0; c < names.Length; c++)
        {
            var (name, values) = (names[c], cells.Select(row => row[c].Trim()).ToArray());
            if (name == "customerID")
            {
                (columns, contracts) = ([.. columns, new TextColumn(name, values)], [.. contracts, new(name, ColumnType.Text)]);
            }
            else if (Numbers.Contains(name, StringComparer.Ordinal))
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

        return (new(cells.Length, columns), new(contracts, "customerID", new("Churn", "Yes")));
    }

    /// <summary>Beside the repository, unless a path is given.</summary>
    public static string Find(string[] options)
    {
        if (options.FirstOrDefault(o => !o.StartsWith("--", StringComparison.Ordinal)) is { } given) return given;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", "data", "telco-churn", "telco_churn.csv");
            if (File.Exists(file)) return file;
        }

        throw new FileNotFoundException("telco_churn.csv stands in no folder above; give its path.");
    }
}

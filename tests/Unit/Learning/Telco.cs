using System.Globalization;
using Cairn.Data;

namespace Cairn.Unit.Tests.Learning;

/// <summary>7,043 telephone customers with 11 blank TotalCharges: the frame that the data module makes of the file, read without it.</summary>
internal static class Telco
{
    private static readonly string[] Numbers = ["SeniorCitizen", "tenure", "MonthlyCharges", "TotalCharges"];

    private static readonly Lazy<(Frame Frame, Schema Schema)> Loaded = new(Read);

    public static Frame Frame => Loaded.Value.Frame;

    public static Schema Schema => Loaded.Value.Schema;

    /// <value>Every row.</value>
    public static int[] Rows => [.. Enumerable.Range(0, Frame.Rows)];

    public static float[] Labels(ReadOnlySpan<int> rows)
    {
        var churn = (CategoryColumn)Frame["Churn"];
        var yes = churn.Levels.ToList().IndexOf("Yes");
        var labels = new float[rows.Length];
        for (var i = 0; i < labels.Length; i++) labels[i] = churn.Codes[rows[i]] == yes ? 1 : 0;
        return labels;
    }

    /// <summary>The value as it stands in the file's JSON form; null when it is blank.</summary>
    public static object? Value(string column, int row) => Frame[column] switch
    {
        NumberColumn numbers => double.IsNaN(numbers.Values[row]) ? null : numbers.Values[row],
        CategoryColumn categories => categories.Levels[categories.Codes[row]],
        TextColumn text => text.Values[row],
        _ => null,
    };

    private static (Frame Frame, Schema Schema) Read()
    {
        var lines = File.ReadAllLines(RealData.Find("data/telco-churn/telco_churn.csv"));
        var names = lines[0].Split(',');
        var cells = lines[1..].Select(line => line.Split(',')).ToArray();
        var (columns, contracts) = (new List<FrameColumn>(), new List<ColumnContract>());
        for (var c = 0; c < names.Length; c++)
        {
            var (name, values) = (names[c], cells.Select(row => row[c].Trim()).ToArray());
            if (name == "customerID")
            {
                columns.Add(new TextColumn(name, values));
                contracts.Add(new(name, ColumnType.Text));
            }
            else if (Array.IndexOf(Numbers, name) >= 0)
            {
                columns.Add(new NumberColumn(name, [.. values.Select(v => v.Length == 0 ? double.NaN : double.Parse(v, CultureInfo.InvariantCulture))]));
                contracts.Add(new(name, name is "SeniorCitizen" or "tenure" ? ColumnType.Integer : ColumnType.Number, Nullable: Array.IndexOf(values, "") >= 0, Min: 0));
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
}

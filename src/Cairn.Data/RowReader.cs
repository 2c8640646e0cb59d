using Cairn.Data.Contracts;
using Cairn.Data.Engine;
using Cairn.Data.Sources;
using Cairn.Data.Stretches;

namespace Cairn.Data;

/// <summary>Reads the stretches of a source, one after the other, inside a job that was given the source's files.</summary>
public sealed class RowReader
{
    private const string Table = "stretch";

    private readonly AnalyticsJob _job;
    private readonly RowSource _source;
    private readonly IReadOnlyList<ColumnContract> _inputs;
    private readonly IReadOnlyList<Reading> _readings;
    private readonly IReadOnlyList<string> _keep;
    private readonly IReadOnlyList<int> _needed;
    private string _from = "";

    /// <param name="keep">Columns that are not looked at, but taken along: <see cref="Kept"/>.</param>
    public RowReader(AnalyticsJob job, RowSource source, IReadOnlyList<ColumnContract> inputs, IReadOnlyList<string> keep)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(source);
        (_job, _source, _inputs, _keep) = (job, source, inputs, keep);
        _readings = [.. inputs.Select(input => Place(input.Name) is var place and >= 0
            ? new Reading(Raw(place), Source.Typed(source.Columns[place].Type), input.Type, Order(input.Name))
            : new Reading("NULL::VARCHAR", SourceType.Text, input.Type))];
        _needed = [.. inputs.Select(input => input.Name).Concat(keep).Select(Place).Where(place => place >= 0).Distinct().Order()];
    }

    /// <value>The inputs in order (texts for categories, doubles for all others; a value that is not of its type is an infinite number), then the columns to keep as the file has them.</value>
    public string Query =>
        $"SELECT {string.Join(", ", _inputs.Select((input, i) => Typed(input, _readings[i])).Concat(_keep.Select(name => $"{Raw(Place(name))} AS {Sql.Name(name)}")).DefaultIfEmpty("1"))} FROM {_from}";

    /// <value>Behind FROM: the columns to keep, in the order of the rows.</value>
    public string Kept => $"(SELECT {string.Join(", ", _keep.Select(name => Raw(Place(name))))} FROM {_from})";

    /// <summary>Goes to a stretch.</summary>
    public void Begin(RowStretch stretch)
    {
        ArgumentNullException.ThrowIfNull(stretch);
        var all = string.Join(", ", _source.Columns.Select((_, i) => Raw(i)));
        if (_source.Csv is not { } csv)
        {
            _from = $"(SELECT {Needed} FROM read_parquet({_job.File(stretch.File)}, file_row_number = true) AS s({all}, n) WHERE n >= {stretch.From} AND n < {stretch.To})";
            return;
        }

        var slice = Path.Combine(_job.Folder, "stretch.csv");
        CsvSlice.Copy(_source.Files[stretch.File].Path, stretch, csv, slice);
        var types = string.Join(", ", _source.Columns.Select((_, i) => $"'{Raw(i)}': 'VARCHAR'"));
        _job.Execute($"""
            CREATE OR REPLACE TABLE {Table} AS SELECT {Needed} FROM read_csv({Sql.Text(slice)}, auto_detect = false, header = false, delim = {Sql.Text(csv.Delimiter.ToString())},
              quote = '"', escape = '"', nullstr = '', strict_mode = true, new_line = '\n', columns = {"{"}{types}{"}"})
            """);
        File.Delete(slice);
        _from = Table;
    }

    /// <summary>An input as it stands in the file, for a few rows of the stretch; 0 is its first. Null: nothing stands there.</summary>
    public IReadOnlyDictionary<int, string?> Texts(string input, IReadOnlyCollection<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var reading = _readings[_inputs.Select(i => i.Name).ToList().IndexOf(input)];
        var texts = new Dictionary<int, string?>();
        using var read = _job.Query($"SELECT n, t FROM (SELECT row_number() OVER () - 1 AS n, {reading.Text} AS t FROM {_from}) WHERE n IN ({string.Join(", ", rows)})");
        while (read.Next())
        {
            for (var i = 0; i < read.Count; i++) texts[(int)read.BigInts(0)[i]] = read.IsNull(1, i) ? null : read.Texts(1).Text(i);
        }

        return texts;
    }

    private string Needed => _needed.Count == 0 ? "1" : string.Join(", ", _needed.Select(Raw));

    private static string Raw(int place) => $"c{place}";

    private static string Typed(ColumnContract input, Reading reading)
    {
        if (input.Type is ColumnType.Category or ColumnType.Text) return $"{reading.Text}::VARCHAR";
        if (reading.IsNumber) return $"{reading.Column}::DOUBLE"; // what is not finite or not whole is seen by whoever reads it
        var parsed = reading.Parsed(reading.Raw);
        return $"CASE WHEN {reading.Wrong(reading.Raw, parsed)} THEN 'inf'::DOUBLE ELSE {reading.Value(parsed)}::DOUBLE END";
    }

    private int Place(string name)
    {
        for (var i = 0; i < _source.Columns.Count; i++) if (_source.Columns[i].Name == name) return i;
        return -1;
    }

    private DateOrder Order(string name) =>
        _source.Csv is not { } csv ? DateOrder.Unknown : csv.MonthFirst.Contains(name, StringComparer.Ordinal) ? DateOrder.MonthFirst : csv.DayFirst.Contains(name, StringComparer.Ordinal) ? DateOrder.DayFirst : DateOrder.Unknown;
}

using Cairn.Kernel;

namespace Cairn.Data;

/// <summary>Rows of files, cut into stretches that can be read apart from each other, in any order, and again.</summary>
/// <param name="Files">One CSV file, or Parquet files with the same columns.</param>
/// <param name="Csv">Null: Parquet.</param>
public sealed record RowSource(IReadOnlyList<RowFile> Files, IReadOnlyList<RowColumn> Columns, long Rows, IReadOnlyList<RowStretch> Stretches, RowCsv? Csv = null)
{
    public string TypeOf(string column) => Columns.First(c => c.Name == column).Type;

    /// <summary>Null: the files are as they were when they were cut.</summary>
    public Refusal? Changed()
    {
        foreach (var file in Files)
        {
            var now = RowFile.Of(file.Path);
            if (now is null) return new Refusal.Missing("data.file-missing", $"{file.Path} is gone. It was there when the work on it began; bring it back, or start anew.");
            if (now != file) return new Refusal.Conflict("data.source-changed", $"{file.Path} was changed while it was worked on: its rows are not those that were counted. Start anew.");
        }

        return null;
    }
}

public sealed record RowFile(string Path, long Length, long ModifiedAt)
{
    /// <summary>Null: there is none.</summary>
    internal static RowFile? Of(string path) => new FileInfo(path) is { Exists: true } file ? new(path, file.Length, Time.ToMicros(new(file.LastWriteTimeUtc))) : null;
}

/// <param name="Type">As DuckDB names it; of a CSV file all are VARCHAR.</param>
public sealed record RowColumn(string Name, string Type);

/// <param name="FirstRow">In the whole source; 0 is the first.</param>
/// <param name="From">In the file: a row of a Parquet file, a byte of a CSV file.</param>
/// <param name="To">Behind the last one.</param>
public sealed record RowStretch(int File, long FirstRow, long Rows, long From, long To);

/// <summary>How a CSV file is written.</summary>
/// <param name="PlainLineEnds">All lines end with \n.</param>
/// <param name="MonthFirst">Columns whose dates with slashes have the month first.</param>
/// <param name="DayFirst">Columns whose dates with slashes have the day first.</param>
public sealed record RowCsv(char Delimiter, bool PlainLineEnds, IReadOnlyList<string> MonthFirst, IReadOnlyList<string> DayFirst);

using Cairn.Data.Engine;
using Cairn.Kernel;

namespace Cairn.Data.Sources;

/// <summary>What a column of a file holds before the contract types it.</summary>
internal enum SourceType
{
    Text,
    Number,
    Boolean,
    Timestamp,

    /// <summary>Nested or binary: not read.</summary>
    Other,
}

/// <param name="Sql">The column inside <see cref="Source.From"/>: a position, since names are the user's.</param>
internal sealed record SourceColumn(string Name, SourceType Type, string Sql, string NativeType);

/// <summary>A readable file, ready to stand behind FROM.</summary>
/// <param name="From">A table expression whose columns are c0, c1, …</param>
/// <param name="Notes">Decisions taken in reading it.</param>
internal sealed record Source(string Path, string From, IReadOnlyList<SourceColumn> Columns, long Rows, IReadOnlyList<string> Notes)
{
    public SourceColumn? Find(string name) => Columns.FirstOrDefault(c => c.Name == name);

    /// <summary>Checks what can be checked before an engine is opened; null when the file is worth opening.</summary>
    public static Refusal? Unreadable(string path)
    {
        if (Directory.Exists(path)) return new Refusal.Invalid("data.file-unreadable", $"{path} is a folder; a CSV or Parquet file is read.");
        if (!File.Exists(path)) return new Refusal.Missing("data.file-missing", $"There is no file {path}. Check the path; it is taken relative to the project.");
        try
        {
            using var file = File.OpenHandle(path);
            return null;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return new Refusal.Invalid("data.file-unreadable", $"{path} cannot be opened: {e.Message}");
        }
    }

    public static bool IsParquet(string path)
    {
        Span<byte> magic = stackalloc byte[4];
        using var file = File.OpenHandle(path);
        return RandomAccess.Read(file, magic, 0) == 4 && magic.SequenceEqual("PAR1"u8);
    }

    public static Answer<Source> OfCsv(DuckDb engine, string path, CsvLayout layout)
    {
        var names = string.Join(", ", layout.Columns.Select((_, i) => $"'c{i}': 'VARCHAR'"));
        var file = layout.HeaderOffset == 0 ? engine.Linked(0) : WithoutBlankLines(engine, path, layout.HeaderOffset);
        var from = $"""
            read_csv({Sql.Text(file)}, auto_detect = false, header = true, delim = {Sql.Text(layout.Delimiter.ToString())},
              quote = '"', escape = '"', nullstr = '', strict_mode = {(layout.MixedLineEnds ? "false" : "true")}, columns = {"{"}{names}{"}"})
            """;
        var columns = layout.Columns.Select((name, i) => new SourceColumn(name, SourceType.Text, $"c{i}", "text")).ToList();
        var notes = new List<string>();
        if (layout.Delimiter != ',') notes.Add($"The fields are delimited by {CsvHeader.Word(layout.Delimiter)}.");
        if (layout.MixedLineEnds) notes.Add("The lines end in different ways (\\n, \\r\\n, \\r); each is taken as an end.");
        if (layout.Columns.All(n => double.TryParse(n, out _))) notes.Add("Every column name is a number: if the first line is data, add a header.");
        return new Source(path, from, columns, layout.Rows, notes);
    }

    /// <summary>DuckDB takes an empty first line for the header.</summary>
    private static string WithoutBlankLines(DuckDb engine, string path, long headerOffset)
    {
        var copy = System.IO.Path.Combine(engine.Folder, "source.csv");
        using var from = File.OpenRead(path);
        using var to = File.Create(copy);
        from.Position = headerOffset;
        while (from.ReadByte() is '\r' or '\n') headerOffset++; // the end of a \r\n
        from.Position = headerOffset;
        from.CopyTo(to);
        return copy;
    }

    /// <param name="linked">Which of the engine's files it is.</param>
    public static Answer<Source> OfParquet(DuckDb engine, string path, int linked = 0)
    {
        try
        {
            var file = Sql.Text(engine.Linked(linked));
            var rows = engine.Single($"SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata({file})").Long(0);
            var columns = new List<SourceColumn>();
            using (var described = engine.Stream($"SELECT column_name::VARCHAR, column_type::VARCHAR FROM (DESCRIBE SELECT * FROM read_parquet({file}))"))
            {
                while (described.Next() is { } chunk)
                {
                    for (var i = 0; i < chunk.Rows; i++)
                    {
                        var (name, type) = (chunk.Texts(0)[i], chunk.Texts(1)[i]);
                        columns.Add(new(name, Typed(type), $"c{columns.Count}", type));
                    }
                }
            }

            if (rows == 0) return new Refusal.Invalid("data.no-rows", $"{System.IO.Path.GetFileName(path)} has {columns.Count} columns and no rows. Rows are needed to read it.");
            var aliases = string.Join(", ", columns.Select(c => c.Sql));
            var notes = columns.Where(c => c.Type == SourceType.Other).Select(c => $"Column {c.Name} is left out: its Parquet type {c.NativeType} is not read.").ToList();
            return new Source(path, $"read_parquet({file}) AS s({aliases})", columns, rows, notes);
        }
        catch (DuckDbException e) when (!e.Resources)
        {
            return new Refusal.Invalid("data.parquet-unreadable", $"{System.IO.Path.GetFileName(path)} starts like a Parquet file and is not one that can be read: {e.Summary}. Write it again.");
        }
    }

    /// <param name="type">As DuckDB names it.</param>
    public static SourceType Typed(string type) => type switch
    {
        "VARCHAR" or "UUID" => SourceType.Text,
        "BOOLEAN" => SourceType.Boolean,
        "DATE" => SourceType.Timestamp,
        _ when type.StartsWith("TIMESTAMP", StringComparison.Ordinal) && !type.EndsWith(']') => SourceType.Timestamp,
        _ when type.StartsWith("ENUM", StringComparison.Ordinal) && !type.EndsWith(']') => SourceType.Text,
        "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "HUGEINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT" or "UHUGEINT" or "FLOAT" or "DOUBLE" => SourceType.Number,
        _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) && !type.EndsWith(']') => SourceType.Number,
        _ => SourceType.Other,
    };
}

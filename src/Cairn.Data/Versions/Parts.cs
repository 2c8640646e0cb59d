using Cairn.Client.Wire;
using Cairn.Data.Contracts;
using Cairn.Data.Engine;
using Cairn.Data.Frames;
using Cairn.Kernel;

namespace Cairn.Data.Versions;

/// <summary>The Parquet files of a version: written in row order, about a million rows each, and read again.</summary>
internal static class Parts
{
    public const long RowsEach = 1 << 20;

    private const string Format = "(FORMAT parquet, COMPRESSION zstd)";

    /// <summary>Writes the rows of a scan into the engine's folder.</summary>
    public static IReadOnlyList<(string Path, long Rows)> Write(DuckDb engine, TypedScan scan, long rows, long rowsEach = RowsEach)
    {
        var whole = Path.Combine(engine.Folder, "all.parquet");
        engine.Execute($"COPY ({scan.Stored()}) TO {Sql.Text(whole)} {Format}");
        if (rows <= rowsEach) return [(whole, rows)];

        // One COPY keeps the order of the rows; several files at once would not, so the file is cut afterwards.
        var names = string.Join(", ", scan.Columns.Select(c => Sql.Name(c.Name)));
        var parts = new List<(string, long)>();
        for (var from = 0L; from < rows; from += rowsEach)
        {
            var path = Path.Combine(engine.Folder, $"part{parts.Count}.parquet");
            engine.Execute($"COPY (SELECT {names} FROM read_parquet({Sql.Text(whole)}, file_row_number = true) WHERE file_row_number >= {from} AND file_row_number < {from + rowsEach}) TO {Sql.Text(path)} {Format}");
            parts.Add((path, Math.Min(rowsEach, rows - from)));
        }

        File.Delete(whole);
        return parts;
    }

    public static Digest DigestOf(DuckDb engine, Schema schema, IEnumerable<string> paths, IProgress<double>? progress, long rows)
    {
        using var digest = new DatasetDigest(schema);
        using var reader = engine.Stream(TypedScan.CanonicalOfStored(schema.Columns, From(paths)));
        var done = 0L;
        while (reader.Next() is { } chunk)
        {
            digest.Add(chunk);
            done += chunk.Rows;
            progress?.Report((double)done / rows);
        }

        return done == rows ? digest.Finish() : throw new InvalidDataException($"The parts written hold {done} rows instead of {rows}.");
    }

    public static Frame ReadFrame(DuckDb engine, Schema schema, IEnumerable<string> paths, long rows)
    {
        var builder = new FrameBuilder(schema.Columns, rows);
        using var reader = engine.Stream(TypedScan.CanonicalOfStored(schema.Columns, From(paths)));
        while (reader.Next() is { } chunk) builder.Add(chunk);
        return builder.Build();
    }

    /// <summary>Those that hold some rows, and how many rows stand before the first of them.</summary>
    public static (IReadOnlyList<DatasetPart> Parts, long Before) Holding(IReadOnlyList<DatasetPart> all, long skip, int count)
    {
        var (at, before, parts) = (0L, 0L, new List<DatasetPart>());
        foreach (var part in all)
        {
            if (at + part.Rows <= skip) before = at + part.Rows;
            else if (at < skip + count) parts.Add(part);
            at += part.Rows;
        }

        return (parts, before);
    }

    /// <summary>Rows as texts; a column of personal data is not read.</summary>
    /// <param name="skip">Rows of the version before the first that is wanted, <paramref name="before"/> of them in parts that are not here.</param>
    public static IReadOnlyList<DatasetRowWire> ReadTexts(DuckDb engine, Schema schema, IEnumerable<string> paths, long skip, long before, int count)
    {
        var columns = string.Join(", ", schema.Columns.Select(column => column.Pii ? "NULL::VARCHAR" : $"{Sql.Name(column.Name)}::VARCHAR"));
        var rows = new List<DatasetRowWire>(count);
        using var reader = engine.Stream($"SELECT {columns} FROM {From(paths)} LIMIT {count} OFFSET {skip - before}");
        while (reader.Next() is { } chunk)
        {
            for (var row = 0; row < chunk.Rows; row++)
            {
                var values = new string?[chunk.Columns];
                for (var column = 0; column < values.Length; column++) values[column] = chunk.IsNull(column, row) ? null : chunk.Texts(column)[row];
                rows.Add(new(skip + rows.Count + 1, values));
            }
        }

        return rows;
    }

    /// <summary>Files as they stand behind FROM.</summary>
    public static string From(IEnumerable<string> paths) => $"read_parquet([{string.Join(", ", paths.Select(Sql.Text))}])";
}

using Cairn.Data.Engine;
using Cairn.Data.Sources;

namespace Cairn.Data.Stretches;

/// <summary>Where files are cut.</summary>
internal static class StretchCut
{
    public static IReadOnlyList<RowStretch> Csv(CsvLayout layout, long length, long rowsEach) =>
    [
        .. layout.Marks.Select((from, i) => new RowStretch(
            0, i * rowsEach, Math.Min(rowsEach, layout.Rows - (i * rowsEach)), from, i + 1 < layout.Marks.Count ? layout.Marks[i + 1] : length)),
    ];

    /// <summary>
    /// Whole row groups, as long as they are not much larger than what was asked: a reader that starts in the middle of one
    /// has to unpack what stands before.
    /// </summary>
    public static void Parquet(List<RowStretch> stretches, int file, IReadOnlyList<long> groups, long rowsEach)
    {
        var (first, start, end) = (stretches.Sum(s => s.Rows), 0L, 0L);
        foreach (var group in groups)
        {
            if (end > start && end - start + group > rowsEach) Add(end);
            if (group > 2 * rowsEach)
            {
                var pieces = (group + rowsEach - 1) / rowsEach;
                for (var piece = 1; piece < pieces; piece++) Add(end + (group * piece / pieces));
            }

            end += group;
        }

        Add(end);

        void Add(long to)
        {
            if (to > start) stretches.Add(new(file, first + start, to - start, start, to));
            start = to;
        }
    }

    /// <summary>How many rows each row group has.</summary>
    public static IReadOnlyList<long> RowGroups(DuckDb engine, int file)
    {
        var groups = new List<long>();
        using var read = engine.Stream($"SELECT DISTINCT row_group_id::BIGINT AS id, row_group_num_rows::BIGINT FROM parquet_metadata({Sql.Text(engine.Linked(file))}) ORDER BY id");
        while (read.Next() is { } chunk) groups.AddRange(chunk.Longs(1));
        return groups;
    }
}

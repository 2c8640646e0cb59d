using System.Runtime.InteropServices;
using Cairn.Data;
using Cairn.Data.Engine;

namespace Cairn.Unit.Tests.Data.Engine;

public sealed class AnalyticsTests : IDisposable
{
    private const int Rows = 5_000; // three chunks

    private static readonly AnalyticsColumn[] Columns =
    [
        new("b", AnalyticsType.Boolean), new("i", AnalyticsType.Integer), new("l", AnalyticsType.BigInt), new("f", AnalyticsType.Float), new("d", AnalyticsType.Double),
        new("t", AnalyticsType.Text), new("x", AnalyticsType.Blob), new("v", AnalyticsType.FloatList),
    ];

    private readonly string _home = Directory.CreateTempSubdirectory("cairn-test-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task Rows_of_every_type_come_back_from_a_table_as_they_were_put_in() => Analytics().Run(
        [],
        job =>
        {
            Fill(job, Rows);

            Compare(job, "SELECT b, i, l, f, d, t, x, v FROM rows");
            return true;
        },
        Cancellation);

    /// <summary>Replay reads feature vectors out of Parquet: neither a NaN's payload nor the sign of a zero may change on the way.</summary>
    [Fact]
    public async Task Rows_of_every_type_come_back_from_parquet_as_they_were_put_in()
    {
        var path = Path.Combine(_home, "rows.parquet");
        await Analytics().Run(
            [],
            job =>
            {
                Fill(job, Rows);
                var part = Path.Combine(job.Folder, "it's.parquet");
                job.Execute($"COPY rows TO {AnalyticsJob.Text(part)} {AnalyticsJob.ExactParquet}");
                File.Move(part, path);
                return true;
            },
            Cancellation);

        await Analytics().Run(
            [path],
            job =>
            {
                Compare(job, $"SELECT b, i, l, f, d, t, x, v FROM read_parquet({job.File(0)})");
                return true;
            },
            Cancellation);
    }

    [Fact]
    public Task A_table_that_was_not_completed_keeps_no_half_chunk_and_a_wrong_type_is_refused() => Analytics().Run(
        [],
        job =>
        {
            using (var table = job.Append("half", [new("n", AnalyticsType.BigInt)]))
            {
                table.BigInts(0)[0] = 1;
                table.Add(1);
                Should.Throw<InvalidOperationException>(() => table.Doubles(0).Length).Message.ShouldContain("Column 0 of half is BigInt, not Double");
                Should.Throw<InvalidOperationException>(() => table.Text(0, 0, "x")).Message.ShouldContain("not Text");
            }

            using var rows = job.Query("SELECT count(*) FROM half");
            rows.Next().ShouldBeTrue();
            rows.BigInts(0)[0].ShouldBe(0);
            Should.Throw<InvalidOperationException>(() => rows.Doubles(0).Length).Message.ShouldContain("lacks a cast");
            return true;
        },
        Cancellation);

    /// <summary>Nested lists, times and decimals go through as they are: nobody has to know their type.</summary>
    [Fact]
    public Task A_computed_table_has_the_rows_of_its_query_in_order_with_columns_of_any_type_taken_along() => Analytics().Run(
        [],
        job =>
        {
            job.Execute("CREATE TABLE t AS SELECT i, i / 2 AS half, [i, i + 1] AS list, {'a': 'text ' || i} AS struct, make_timestamp(i) AS time, i::DECIMAL(9, 2) AS money, CASE WHEN i % 3 > 0 THEN 'a text of some length ' || i END AS text FROM range(5000) r(i)");
            var computed = job.Compute("computed", [new("twice", AnalyticsType.Double), new("words", AnalyticsType.Text), new("list2", AnalyticsType.FloatList)], (rows, cells) =>
            {
                for (var row = 0; row < rows.Count; row++)
                {
                    cells.Doubles(0)[row] = rows.BigInts(0)[row] * 2;
                    if (row % 2 == 0) cells.Null(1, row); else cells.Text(1, row, $"row {row}");
                    cells.Floats(2, row, [row, row + 1]);
                }
            });

            for (var time = 0; time < 2; time++)
            {
                computed.Execute("SELECT * FROM t", 1, "CREATE OR REPLACE TABLE copied AS SELECT * FROM computed()");

                using var same = job.Query("SELECT count(*), count(*) FILTER (WHERE c.half IS NOT DISTINCT FROM t.half AND c.list = t.list AND c.struct = t.struct AND c.time = t.time AND c.money = t.money AND c.text IS NOT DISTINCT FROM t.text AND c.twice = 2 * t.i), count(words) FROM t POSITIONAL JOIN copied c");
                same.Next().ShouldBeTrue();
                (same.BigInts(0)[0], same.BigInts(1)[0], same.BigInts(2)[0]).ShouldBe((5_000, 5_000, 2_500));
            }

            return true;
        },
        Cancellation);

    [Fact]
    public async Task What_a_computation_throws_comes_out_and_the_job_goes_on() => (await Analytics().Run(
        [],
        job =>
        {
            var computed = job.Compute("computed", [new("n", AnalyticsType.BigInt)], (rows, cells) => throw new FormatException("as it should"));
            Should.Throw<FormatException>(() => computed.Execute("SELECT 1", 0, "CREATE TABLE x AS SELECT * FROM computed()")).Message.ShouldBe("as it should");
            Should.Throw<DuckDbException>(() => job.Execute("SELECT * FROM computed()")).Message.ShouldContain("no source");
            using var rows = job.Query("SELECT 7::BIGINT");
            rows.Next();
            return rows.BigInts(0)[0];
        },
        Cancellation)).ShouldBe(7);

    [Fact]
    public async Task Only_named_files_can_be_read()
    {
        var path = Path.Combine(_home, "secret.csv");
        await File.WriteAllTextAsync(path, "a\n1\n", Cancellation);

        var failed = await Should.ThrowAsync<InvalidDataException>(() => Analytics().Run(
            [],
            job =>
            {
                job.Execute($"SELECT * FROM read_csv({AnalyticsJob.Text(path)})");
                return true;
            },
            Cancellation));

        failed.Message.ShouldContain("Permission");
    }

    [Fact]
    public async Task Cancelling_ends_a_query_that_runs_and_a_table_that_is_filled()
    {
        using var during = new CancellationTokenSource();
        var counting = Analytics().Run(
            [],
            job =>
            {
                during.CancelAfter(50);
                job.Execute("SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range + b.range = 7");
                return true;
            },
            during.Token);
        await Should.ThrowAsync<OperationCanceledException>(() => counting);

        using var between = new CancellationTokenSource();
        var filling = Analytics().Run(
            [],
            async job =>
            {
                await between.CancelAsync();
                using var table = job.Append("rows", Columns);
                return true;
            },
            between.Token);
        await Should.ThrowAsync<OperationCanceledException>(() => filling);

        Directory.GetFileSystemEntries(Path.Combine(_home, "tmp"), "job-*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private Analytics Analytics() => new(new() { Home = _home });

    private static void Fill(AnalyticsJob job, int rows)
    {
        using var table = job.Append("rows", Columns);
        for (var first = 0; first < rows; first += AnalyticsTable.Capacity)
        {
            var count = Math.Min(AnalyticsTable.Capacity, rows - first);
            for (var i = 0; i < count; i++)
            {
                var row = first + i;
                if (Null(row, 0)) table.Null(0, i); else table.Booleans(0)[i] = (byte)(row % 2);
                if (Null(row, 1)) table.Null(1, i); else table.Integers(1)[i] = -row;
                if (Null(row, 2)) table.Null(2, i); else table.BigInts(2)[i] = long.MaxValue - row;
                if (Null(row, 3)) table.Null(3, i); else table.Floats(3)[i] = OddFloat(row);
                if (Null(row, 4)) table.Null(4, i); else table.Doubles(4)[i] = OddDouble(row);
                if (Null(row, 5)) table.Null(5, i); else table.Text(5, i, TextOf(row));
                if (Null(row, 6)) table.Null(6, i); else table.Bytes(6, i, BlobOf(row));
                if (Null(row, 7)) table.Null(7, i); else table.Floats(7, i, ListOf(row));
            }

            table.Add(count);
        }

        table.Complete();
    }

    private static void Compare(AnalyticsJob job, string sql)
    {
        using var rows = job.Query(sql);
        var row = 0;
        for (; rows.Next(); row += rows.Count)
        {
            for (var i = 0; i < rows.Count; i++)
            {
                var n = row + i;
                for (var column = 0; column < Columns.Length; column++) rows.IsNull(column, i).ShouldBe(Null(n, column));
                if (!Null(n, 0)) rows.Booleans(0)[i].ShouldBe((byte)(n % 2));
                if (!Null(n, 1)) rows.Integers(1)[i].ShouldBe(-n);
                if (!Null(n, 2)) rows.BigInts(2)[i].ShouldBe(long.MaxValue - n);
                if (!Null(n, 3)) BitConverter.SingleToUInt32Bits(rows.Floats(3)[i]).ShouldBe(BitConverter.SingleToUInt32Bits(OddFloat(n)));
                if (!Null(n, 4)) BitConverter.DoubleToUInt64Bits(rows.Doubles(4)[i]).ShouldBe(BitConverter.DoubleToUInt64Bits(OddDouble(n)));
                if (!Null(n, 5)) rows.Texts(5).Text(i).ShouldBe(TextOf(n));
                if (!Null(n, 6)) rows.Blobs(6)[i].ToArray().ShouldBe(BlobOf(n));
                if (!Null(n, 7)) MemoryMarshal.AsBytes(rows.FloatLists(7)[i]).SequenceEqual(MemoryMarshal.AsBytes<float>(ListOf(n))).ShouldBeTrue($"row {n}");
            }
        }

        row.ShouldBe(Rows);
    }

    private static bool Null(int row, int column) => (row + column) % 7 == 0;

    private static string TextOf(int row) => (row % 4) switch { 0 => "", 1 => "zwölf Zeich", 2 => $"longer than twelve bytes, and different: {row}", _ => "\U0001F600" };

    private static byte[] BlobOf(int row) => [.. Enumerable.Range(0, row % 40).Select(i => (byte)(i * row))];

    private static float[] ListOf(int row) => [.. Enumerable.Range(0, row % 9).Select(i => OddFloat(row + i))];

    /// <summary>Quiet and signalling NaNs with payloads, both zeros, subnormals, infinities.</summary>
    private static float OddFloat(int row) => BitConverter.UInt32BitsToSingle((row % 8) switch
    {
        0 => 0x7FC00000, 1 => 0x7FC00001, 2 => 0xFFC12345, 3 => 0x80000000, 4 => 0, 5 => 1, 6 => 0x7F800000, _ => (uint)row * 2654435761u & 0x7F7FFFFF,
    });

    private static double OddDouble(int row) => BitConverter.UInt64BitsToDouble((row % 6) switch
    {
        0 => 0x7FF8000000000000, 1 => 0xFFF8000000001234, 2 => 0x8000000000000000, 3 => 0, 4 => 1, _ => (ulong)row * 0x9E3779B97F4A7C15 & 0x7FEFFFFFFFFFFFFF,
    });
}

using System.Text;
using Cairn.Access;
using Cairn.Data;
using Cairn.Data.Engine;
using Cairn.Kernel;

namespace Cairn.Unit.Tests.Data.Versions;

public sealed class SnapshotTests : IAsyncDisposable
{
    private const string Csv = "id,n,f,b,c,t\n1,5,0.1,true,x,2017-10-01\n2,,-1e300,no,,31.12.2016 10:30\n3,7,,,y,\n";

    private static readonly Schema Contract = new(
        [
            new("id", ColumnType.Text), new("n", ColumnType.Integer, Nullable: true), new("f", ColumnType.Number, Nullable: true), new("b", ColumnType.Boolean, Nullable: true),
            new("c", ColumnType.Category, Nullable: true, Categories: ["x", "y"]), new("t", ColumnType.Timestamp, Nullable: true),
        ],
        Key: "id");

    private readonly DataHome _home = new();

    [Fact]
    public async Task A_snapshot_comes_back_as_it_was_read()
    {
        var taken = await Take(Csv);

        var frame = await _home.Datasets.Load(taken.Version, DataHome.Cancellation);

        taken.Version.Version.ShouldBe(1);
        taken.Version.Rows.ShouldBe(3);
        taken.Reused.ShouldBeFalse();
        Numbers(frame, "n").ShouldBe([5, double.NaN, 7]);
        Numbers(frame, "f").ShouldBe([0.1, -1e300, double.NaN]);
        Numbers(frame, "b").ShouldBe([1, 0, double.NaN]);
        Numbers(frame, "t").ShouldBe([1506816000000000, 1483180200000000, double.NaN]);
        frame["c"].ShouldBeOfType<CategoryColumn>().Codes.ShouldBe([0, -1, 1]);
        frame["id"].ShouldBeOfType<TextColumn>().Values.ShouldBe(["1", "2", "3"]);
        _home.LeftBehind.ShouldBeEmpty();
    }

    /// <summary>A row group has 122,880 rows; what runs in parallel must not reorder them: the digest is over rows in order.</summary>
    [Fact]
    public async Task Many_row_groups_keep_their_rows_in_order_and_give_one_digest()
    {
        const int Rows = 400_000;
        var csv = new StringBuilder("id,n,f,b,c,t\n");
        for (var row = 0; row < Rows; row++)
        {
            csv.Append(row).Append(',').Append(row).Append(',').Append(row % 1000 / 8.0).Append(',').Append(row % 3 == 0 ? "yes" : "no").Append(',')
                .Append(row % 2 == 0 ? 'x' : 'y').Append(",2017-10-01\n");
        }

        var first = await Take(csv.ToString());
        var again = await Take(csv.ToString());

        again.Reused.ShouldBeTrue();
        var numbers = Numbers(await _home.Datasets.Load(first.Version, DataHome.Cancellation), "n").ToArray();
        Enumerable.Range(0, Rows).Count(row => numbers[row] != row).ShouldBe(0);
    }

    /// <summary>An interrupted statement may fail while it is prepared, started or read: whoever cancelled sees a cancellation, never an error.</summary>
    [Fact]
    public async Task Cancelling_at_any_moment_is_a_cancellation_and_leaves_nothing_behind()
    {
        var csv = new StringBuilder("id,n,f,b,c,t\n");
        for (var row = 0; row < 20_000; row++) csv.Append(row).Append(",1,0.5,yes,x,2017-10-01\n");
        var path = _home.File(csv.ToString());
        var cancelled = 0;

        for (var delay = 0; delay < 200; delay += 4)
        {
            using var source = new CancellationTokenSource(delay);
            try
            {
                await _home.Datasets.Take(Caller.LocalAdmin, $"customers-{delay}", path, Contract, null, source.Token);
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }
        }

        cancelled.ShouldBeGreaterThan(0);
        _home.LeftBehind.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_content_is_one_version_however_it_is_written()
    {
        var first = await Take(Csv);
        var again = await Take("t;c;b;f;n;id\r\n2017-10-01T00:00:00Z;x;YES;1e-1;5.0;1\r\n12/31/2016 10:30;;0;-1e300;NA;2\r\n;\"y\";;;7;3\r\n");

        again.Reused.ShouldBeTrue();
        again.Version.ShouldBeEquivalentTo(first.Version);
    }

    [Fact]
    public async Task Parquet_and_CSV_of_the_same_content_have_the_same_digest()
    {
        var first = await Take(Csv);
        var part = await _home.Home.Blobs.LocalPath(first.Version.Parts.ShouldHaveSingleItem().Blob, DataHome.Cancellation);

        var again = await _home.Datasets.Take(Caller.LocalAdmin, "customers", part, Contract, null, DataHome.Cancellation);

        again.Value.Reused.ShouldBeTrue();
        again.Value.Version.Digest.ShouldBe(first.Version.Digest);
    }

    [Fact]
    public async Task Any_change_of_content_or_contract_is_another_version()
    {
        var digests = new List<Digest> { (await Take(Csv)).Version.Digest };
        digests.Add((await Take(Csv.Replace("0.1", "0.10000000000000002", StringComparison.Ordinal))).Version.Digest);
        digests.Add((await Take(Csv.Replace("\n1,5,", "\n1,,", StringComparison.Ordinal))).Version.Digest);
        digests.Add((await Take(string.Join('\n', Csv.TrimEnd('\n').Split('\n').Take(1).Concat(Csv.TrimEnd('\n').Split('\n').Skip(1).Reverse())) + "\n")).Version.Digest);
        digests.Add((await Take(Csv, Contract with { Columns = [.. Contract.Columns.Select(c => c.Name == "f" ? c with { Max = 5 } : c)] })).Version.Digest);

        digests.Distinct().Count().ShouldBe(5);
        (await _home.Datasets.Latest(WorkspaceId.Default, "customers", DataHome.Cancellation)).ShouldNotBeNull().Version.ShouldBe(5);
        (await _home.Datasets.Find(WorkspaceId.Default, "customers", digests[1], DataHome.Cancellation)).ShouldNotBeNull().Version.ShouldBe(2);
        (await _home.Datasets.Find(new("other"), "customers", digests[1], DataHome.Cancellation)).ShouldBeNull();
    }

    /// <summary>The encoding is promised in docs/reference/dataset-digest.md; this digest was computed by the Python program there.</summary>
    [Fact]
    public async Task The_digest_is_the_documented_one() => (await Take(Csv)).Version.Digest.Hex.ShouldBe("16f87a074622d3ba466f85fe5fe06ba922fdf736fd5fa08c7f8f92d195ec4e32");

    [Fact]
    public async Task Data_that_breaks_its_contract_is_not_stored()
    {
        var refused = await _home.Datasets.Take(Caller.LocalAdmin, "customers", _home.File("id,n,f,b,c,t\n1,x,,,z,\n"), Contract, null, DataHome.Cancellation);

        refused.Refusal.ShouldNotBeNull().Code.ShouldBe("data.contract-broken");
        refused.Refusal.Fields.Select(f => f.Field).ShouldBe(["n", "c"]);
        (await _home.Datasets.Latest(WorkspaceId.Default, "customers", DataHome.Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task An_altered_part_is_not_loaded()
    {
        var taken = await Take(Csv);
        var part = await _home.Home.Blobs.LocalPath(taken.Version.Parts[0].Blob, DataHome.Cancellation);
        File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var bytes = await File.ReadAllBytesAsync(part);
        bytes[^20] ^= 1;
        await File.WriteAllBytesAsync(part, bytes);

        (await Should.ThrowAsync<InvalidDataException>(() => _home.Datasets.Load(taken.Version, DataHome.Cancellation))).Message.ShouldContain("was altered");
    }

    [Fact]
    public async Task A_new_version_is_an_event_and_in_the_audit_and_a_reused_one_is_neither()
    {
        await Take(Csv);
        await Take(Csv);

        var (events, audits) = await _home.Home.Database.Read(t => (
            t.Query<string>("SELECT subject FROM events WHERE type = 'dataset.version-created'"), t.Query<string>("SELECT subject FROM audit_entries WHERE action = 'dataset.take'")));
        events.ShouldBe(["datasets/customers/versions/1"]);
        audits.ShouldBe(["datasets/customers/versions/1"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("ü")]
    public async Task A_name_that_cannot_stand_in_a_URL_is_refused(string name) =>
        (await _home.Datasets.Take(Caller.LocalAdmin, name, "/x", Contract, null, DataHome.Cancellation)).Refusal.ShouldNotBeNull().Code.ShouldBe("data.dataset-name");

    [Fact]
    public async Task Progress_grows_to_one()
    {
        var seen = new List<double>();
        await _home.Datasets.Take(Caller.LocalAdmin, "customers", _home.File(Csv), Contract, new Recorder(seen), DataHome.Cancellation);

        seen.ShouldBe(seen.Order());
        seen[^1].ShouldBe(1);
    }

    [Fact]
    public void Parts_are_cut_in_row_order()
    {
        using var engine = DuckDb.Open(_home.Home.Folder, new EngineOptions(), [], DataHome.Cancellation);
        var source = new Cairn.Data.Sources.Source("", "(SELECT range AS c0 FROM range(250000))", [new("n", Cairn.Data.Sources.SourceType.Number, "c0", "BIGINT")], 250_000, []);
        var schema = new Schema([new("n", ColumnType.Integer)]);
        var scan = new Cairn.Data.Contracts.TypedScan(source, schema.Columns);

        var parts = Cairn.Data.Versions.Parts.Write(engine, scan, 250_000, rowsEach: 100_000);

        parts.Select(p => p.Rows).ShouldBe([100_000, 100_000, 50_000]);
        var frame = Cairn.Data.Versions.Parts.ReadFrame(engine, schema, parts.Select(p => p.Path), 250_000);
        frame["n"].ShouldBeOfType<NumberColumn>().Values.ShouldBe(Enumerable.Range(0, 250_000).Select(i => (double)i));
        var kept = parts.Select(part => new DatasetPart(Digest.Parse(new string('0', 64)), part.Rows, 0)).ToList();
        foreach (var (skip, count, holding) in new[] { (0L, 5, 1), (99_998, 5, 2), (100_000, 5, 1), (99_999, 100_002, 3), (249_998, 5, 1) })
        {
            var (held, before) = Cairn.Data.Versions.Parts.Holding(kept, skip, count);
            var first = kept.FindIndex(part => ReferenceEquals(part, held[0]));
            held.Count.ShouldBe(holding);
            var rows = Cairn.Data.Versions.Parts.ReadTexts(engine, schema, parts.Skip(first).Take(held.Count).Select(part => part.Path), skip, before, count);
            rows.Select(row => (row.Row, row.Values[0])).ShouldBe(Enumerable.Range((int)skip, (int)Math.Min(count, 250_000 - skip)).Select(i => (i + 1L, (string?)$"{i}")));
        }
    }

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    private async Task<Snapshot> Take(string csv, Schema? schema = null) =>
        (await _home.Datasets.Take(Caller.LocalAdmin, "customers", _home.File(csv), schema ?? Contract, null, DataHome.Cancellation)).Value;

    private static double[] Numbers(Frame frame, string column) => frame[column].ShouldBeOfType<NumberColumn>().Values;

    private sealed class Recorder(List<double> seen) : IProgress<double>
    {
        public void Report(double value) => seen.Add(value);
    }
}

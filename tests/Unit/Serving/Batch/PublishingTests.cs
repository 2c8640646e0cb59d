using System.Text.Json;

namespace Cairn.Unit.Tests.Serving.Batch;

public sealed class PublishingTests : IDisposable
{
    private readonly BatchCase _case = new();

    private static CancellationToken Cancellation => BatchCase.Cancellation;

    [Fact]
    public async Task A_folder_has_a_file_for_each_part_a_list_of_them_and_a_mark_that_it_is_complete()
    {
        var output = Path.Combine(_case.Folder, "scored");
        var plan = await _case.Plan(_case.Csv(rows: 250, change: (row, fields) => { if (row == 120) fields["tenure"] = "x"; }), BatchCase.ToFile with { Csv = false, Single = false, SkipInvalid = true });
        await _case.Scoring(plan).Run(Cancellation);

        var bytes = await _case.Publishing(plan, output).AsFolder(Cancellation);

        Directory.EnumerateFileSystemEntries(output).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["_SUCCESS", "manifest.json", "part-00000.parquet", "part-00001.parquet", "part-00002.parquet", "rejects.csv"]);
        bytes.ShouldBe(Directory.EnumerateFiles(output, "*.parquet").Sum(f => new FileInfo(f).Length));
        using var manifest = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(output, "manifest.json"), Cancellation));
        manifest.RootElement.GetProperty("parts").EnumerateArray().Select(p => (p.GetProperty("first_row").GetInt64(), p.GetProperty("scored").GetInt64(), p.GetProperty("rejected").GetInt64()))
            .ShouldBe([(1, 100, 0), (101, 99, 1), (201, 50, 0)]);
        (await _case.Rows("SELECT customerID FROM read_parquet([{0}, {1}, {2}])", [.. Directory.EnumerateFiles(output, "*.parquet").Order(StringComparer.Ordinal)]))
            .Select(r => r[0]).ShouldBe(Enumerable.Range(0, 250).Where(row => row != 120).Select(row => $"customer {row}"));
        (await File.ReadAllLinesAsync(Path.Combine(output, "rejects.csv"), Cancellation)).Length.ShouldBe(2);
        Directory.Exists(_case.Growing).ShouldBeFalse();
    }

    [Fact]
    public async Task Publishing_again_after_a_crash_at_any_point_has_the_effect_of_once()
    {
        var output = Path.Combine(_case.Folder, "scored");
        var plan = await _case.Plan(_case.Csv(rows: 250), BatchCase.ToFile with { Csv = false, Single = false });
        await _case.Scoring(plan).Run(Cancellation);
        var published = _case.Publishing(plan, output);
        var bytes = await published.AsFolder(Cancellation);

        // The answer of the first call never arrived.
        (await published.AsFolder(Cancellation)).ShouldBe(bytes);

        // It died when the list was there and the records were gone, and an earlier output still in place.
        Directory.Move(output, _case.Growing);
        Directory.CreateDirectory(output);
        await File.WriteAllTextAsync(Path.Combine(output, "part-00000.parquet"), "old", Cancellation);
        (await published.AsFolder(Cancellation)).ShouldBe(bytes);
        (await _case.Rows("SELECT customerID FROM read_parquet([{0}, {1}, {2}])", [.. Directory.EnumerateFiles(output, "*.parquet").Order(StringComparer.Ordinal)])).Count.ShouldBe(250);

        // The parts are gone and what stands there is of another batch.
        await Should.ThrowAsync<DirectoryNotFoundException>(() => _case.Publishing(plan, output, "another").AsFolder(Cancellation));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task One_parquet_file_has_all_rows_in_order_however_many_parts_it_had(int parts)
    {
        var output = Path.Combine(_case.Folder, "scored.parquet");
        var plan = await _case.Plan(_case.Csv(rows: 100 * parts), BatchCase.ToFile with { Csv = false });
        await _case.Scoring(plan).Run(Cancellation);

        var bytes = await _case.Publishing(plan, output).AsFile(Cancellation);
        (await _case.Publishing(plan, output).AsFile(Cancellation)).ShouldBe(bytes);

        new FileInfo(output).Length.ShouldBe(bytes);
        (await _case.Rows("SELECT customerID, prediction, model, version::VARCHAR FROM read_parquet({0})", output)).Select(r => $"{r[0]} {r[2]} {r[3]}").ShouldBe(Enumerable.Range(0, 100 * parts).Select(row => $"customer {row} churn 3"));
    }

    public void Dispose() => _case.Dispose();
}

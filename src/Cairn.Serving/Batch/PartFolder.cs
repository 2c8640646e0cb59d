using System.Text.Json;
using Cairn.Client;
using Cairn.Data;
using Cairn.Storage;

namespace Cairn.Serving.Batch;

/// <summary>What became of a part. Written last, so it says that the part is finished.</summary>
internal sealed record PartRecord(long Rows, long Scored, long Rejected, long Bytes);

/// <summary>
/// The folder in which a batch grows: <c>part-00000.parquet</c>, perhaps <c>part-00000.rejects.csv</c>, and <c>part-00000.json</c> once both
/// are there. A file has its name only when its content is durable.
/// </summary>
internal sealed class PartFolder(string folder, BatchOrder order)
{
    public string Folder => folder;

    public string Path(int part) => System.IO.Path.Combine(folder, Name(part));

    public string Rejects(int part) => System.IO.Path.Combine(folder, $"part-{part:00000}.rejects.csv");

    public string Name(int part) => $"part-{part:00000}.{(order.Csv ? "csv" : "parquet")}";

    /// <summary>Makes the folder; jobs of a process that was killed are cleared away.</summary>
    public void Prepare()
    {
        Directory.CreateDirectory(folder);
        foreach (var left in Directory.EnumerateDirectories(folder, "job-*")) Directory.Delete(left, recursive: true);
    }

    /// <summary>Null: the part is not finished.</summary>
    public PartRecord? Finished(int part)
    {
        if (!File.Exists(Record(part))) return null;
        var record = JsonSerializer.Deserialize<PartRecord>(File.ReadAllBytes(Record(part)), CairnJson.Options);
        return record is not null && new FileInfo(Path(part)) is { Exists: true } file && file.Length == record.Bytes && (record.Rejected == 0 || File.Exists(Rejects(part))) ? record : null;
    }

    /// <summary>All parts, which must be finished.</summary>
    public IReadOnlyList<TablePart> All(int parts) =>
    [
        .. Enumerable.Range(0, parts).Select(part => Finished(part) is { } finished
            ? new TablePart(Path(part), finished.Scored, finished.Rejected > 0 ? Rejects(part) : null)
            : throw new InvalidDataException($"Part {part} of the batch is not finished.")),
    ];

    /// <param name="written">In the same file system.</param>
    /// <param name="rejects">Null: no row was rejected.</param>
    public PartRecord Finish(int part, string written, string? rejects, long rows, long rejected)
    {
        var record = new PartRecord(rows, rows - rejected, rejected, new FileInfo(written).Length);
        DurableFile.Put(written, Path(part));
        if (rejects is not null) DurableFile.Put(rejects, Rejects(part));
        DurableFile.Put(Record(part), JsonSerializer.SerializeToUtf8Bytes(record, CairnJson.Options));
        return record;
    }

    /// <summary>What a finished output does not need.</summary>
    public void Clear()
    {
        foreach (var pattern in (string[])["part-*.json", "part-*.json.next", "part-*.rejects.csv"])
            foreach (var file in Directory.EnumerateFiles(folder, pattern)) File.Delete(file);
        foreach (var left in Directory.EnumerateDirectories(folder, "job-*")) Directory.Delete(left, recursive: true);
    }

    private string Record(int part) => System.IO.Path.Combine(folder, $"part-{part:00000}.json");
}

using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Projects.Files;
using Cairn.Storage;

namespace Cairn.Projects.Batches;

/// <summary>Where the rows of a batch come from. What is not a file of this machine becomes one first, so that a batch always reads the same rows.</summary>
internal sealed class BatchSources(Connections connections, DatabaseRows rows, ObjectStore objects, ProjectsOptions options, StorageOptions storage)
{
    public static bool IsDatabase(BatchSource source) => source.Query is not null || source.Table is not null;

    public static bool IsRemote(BatchSource source) => IsDatabase(source) || ObjectAddress.Is(source.Path!);

    /// <summary>What can be said without reading.</summary>
    public Refusal? Check(BatchRequest asked) =>
        IsDatabase(asked.Source) ? Database(asked.Folder, asked.Source.Connection, asked.Source.Path).Refusal
        : ObjectAddress.Is(asked.Source.Path!) ? Object(asked.Source.Path!).Refusal
        : File(asked).Refusal;

    /// <summary>The file of this machine.</summary>
    public Answer<string> File(BatchRequest asked) => SourcePath.Resolve(asked.Folder, asked.Source.Path!, options.DataRoots);

    /// <summary>Brings the rows here.</summary>
    /// <param name="folder">For this batch alone.</param>
    /// <returns>Paths of files.</returns>
    public async Task<Answer<IReadOnlyList<string>>> Bring(TaskContext context, BatchRequest asked, string folder, CancellationToken cancellation)
    {
        var source = asked.Source;
        if (!IsDatabase(source)) return await Download(context, Object(source.Path!), folder, cancellation);

        var database = Database(asked.Folder, source.Connection, source.Path);
        if (database.Refusal is { } unknown) return unknown;
        context.Report(0.01, $"asking {database.Value}");
        var spooled = await rows.Spool(
            database.Value, new(source.Query, source.Table, source.OrderBy), Path.Combine(folder, "rows"), read => context.Report(0.5, $"{read:N0} rows read from {database.Value}"), cancellation);
        if (spooled.Refusal is { } refusal) return refusal;
        context.Report(1, $"{spooled.Value.Rows:N0} rows read from {database.Value}");
        return (Answer<IReadOnlyList<string>>)spooled.Value.Files.ToList();
    }

    /// <param name="path">A file of SQLite, when there is no connection.</param>
    private Answer<OutsideDatabase> Database(string folder, string? connection, string? path)
    {
        if (connection is not null) return connections.Find(connection);
        var file = SourcePath.Resolve(folder, path!, options.DataRoots);
        if (file.Refusal is { } missing) return missing;
        return SourcePath.IsInside(storage.Home, file.Value)
            ? new Refusal.Invalid("project.source-outside", $"The database {file.Value} is inside the server's home {storage.Home}. Choose another.")
            : OutsideDatabase.OfFile(file.Value);
    }

    private Answer<ObjectAddress> Object(string path)
    {
        if (ObjectAddress.Read(path) is not { } address) return new Refusal.Invalid("batch.invalid", $"The source '{path}' is no address of an object. Write it as s3://bucket/key.");
        return objects.Host is { } host && connections.Allowed(host) is { } refusal ? refusal : address;
    }

    private async Task<Answer<IReadOnlyList<string>>> Download(TaskContext context, Answer<ObjectAddress> address, string folder, CancellationToken cancellation)
    {
        if (address.Refusal is { } wrong) return wrong;
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "object");
        var got = await objects.Download(
            address.Value, file, (here, of) => context.Report((double)here / of, $"{here >> 20:N0} of {of >> 20:N0} MB of {address.Value}"), cancellation);
        if (got.Refusal is { } refusal) return refusal;
        context.Report(1, $"{got.Value.Length:N0} bytes from {address.Value}");
        return (Answer<IReadOnlyList<string>>)new List<string> { file };
    }
}

using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Projects.Files;
using Cairn.Serving;
using Cairn.Storage;

namespace Cairn.Projects.Batches;

/// <summary>Where the answers of a batch go: a file or folder, objects of a store, or a table.</summary>
internal sealed class BatchTargets(Connections connections, ObjectStore objects, BatchScoring scoring, ProjectsOptions options, StorageOptions storage)
{
    public Answer<BatchOutput> Resolve(BatchRequest asked)
    {
        var target = asked.Output;
        if (target.Table is not null)
        {
            if (target.Format is not null) return new Refusal.Invalid("batch.output-invalid", $"A table has no format, and {target.Format} was asked for. Leave the format out.");
            return Database(asked.Folder, target) is var database && database.Refusal is { } unknown ? unknown : new BatchOutput($"{target.Connection ?? database.Value.Shown}:{target.Table}", Csv: false, Single: false);
        }

        if (!ObjectAddress.Is(target.Path!)) return BatchOutput.Resolve(asked.Folder, target, asked.Overwrite, options.DataRoots, storage);
        if (ObjectAddress.Read(target.Path!) is not { } address) return new Refusal.Invalid("batch.output-invalid", $"The output '{target.Path}' is no address of an object. Write it as s3://bucket/key.");
        if (objects.Host is { } host && connections.Allowed(host) is { } refusal) return refusal;
        return BatchOutput.Named(target, address.Key) is var named && named.Refusal is { } wrong ? wrong : new BatchOutput(address.ToString(), named.Value.Csv, named.Value.Single);
    }

    /// <summary>Null: nothing stands there, or it may go. Of files that is known already; a table takes more rows.</summary>
    public async Task<Refusal?> Taken(BatchRequest asked, BatchOutput output, CancellationToken cancellation)
    {
        if (asked.Output.Table is not null || ObjectAddress.Read(output.Path) is not { } address) return null;
        if (output.Single)
        {
            var found = await objects.Find(address, cancellation);
            return found.Refusal ?? (found.Value is null || asked.Overwrite ? null : BatchOutput.Exists(output.Path));
        }

        var below = await objects.Below(address, cancellation);
        if (below.Refusal is { } unreachable) return unreachable;
        if (below.Value.Count == 0) return null;
        if (!below.Value.Any(one => one.Address == address.Under("manifest.json"))) return new Refusal.Conflict("batch.output-exists", $"There are objects below {address} that no batch wrote. Choose another output.");
        return asked.Overwrite ? null : BatchOutput.Exists(output.Path);
    }

    /// <summary>Null: the table can be written. Asked before hours of work.</summary>
    public async Task<Refusal?> CheckTable(string id, BatchRequest asked, BatchPlan plan, CancellationToken cancellation)
    {
        var database = Database(asked.Folder, asked.Output);
        return database.Refusal ?? (await BatchScoring.CheckTable(id, plan, database.Value, asked.Output.Table!, asked.Overwrite, cancellation)).Refusal;
    }

    public async Task<Answer<Done>> WriteTable(string id, BatchRequest asked, BatchPlan plan, string parts, Action<long> progress, CancellationToken cancellation)
    {
        var database = Database(asked.Folder, asked.Output);
        return database.Refusal is { } unknown ? unknown : await scoring.PublishTable(id, plan, parts, database.Value, asked.Output.Table!, asked.Overwrite, progress, cancellation);
    }

    /// <summary>Sends a published file or folder of this machine. A folder is whole when it has <c>_SUCCESS</c>, which comes last.</summary>
    public async Task<Answer<Done>> Send(string local, BatchOutput output, Action<string> report, CancellationToken cancellation)
    {
        var address = ObjectAddress.Read(output.Path)!;
        if (output.Single)
        {
            var rejects = BatchScoring.RejectsOf(local, single: true);
            if (File.Exists(rejects) && (await Upload(rejects, address with { Key = $"{address.Key}.rejects.csv" })).Refusal is { } refused) return refused;
            return await Upload(local, address);
        }

        var before = await objects.Below(address, cancellation);
        if (before.Refusal is { } unreachable) return unreachable;
        var names = Directory.EnumerateFiles(local).Select(file => Path.GetFileName(file)!).OrderBy(name => name switch { "manifest.json" => 0, "_SUCCESS" => 2, _ => 1 }).ThenBy(name => name, StringComparer.Ordinal).ToList();
        if (before.Value.Any(one => one.Address == address.Under("_SUCCESS")) && (await objects.Delete(address.Under("_SUCCESS"), cancellation)).Refusal is { } kept) return kept;
        foreach (var old in before.Value.Where(one => !names.Contains(one.Address.Key[(address.Key.Length + 1)..], StringComparer.Ordinal)))
            if ((await objects.Delete(old.Address, cancellation)).Refusal is { } stays) return stays;
        foreach (var name in names)
            if ((await Upload(Path.Combine(local, name), address.Under(name))).Refusal is { } refused) return refused;
        return default(Done);

        Task<Answer<Done>> Upload(string file, ObjectAddress to) => objects.Upload(file, to, bytes => report($"{bytes >> 20:N0} MB of {to}"), cancellation);
    }

    private Answer<OutsideDatabase> Database(string folder, BatchTarget target)
    {
        if (target.Connection is not null) return connections.Find(target.Connection);
        var asked = Path.GetFullPath(target.Path!, folder);
        if (SourcePath.Inside(folder, asked, options.DataRoots) is not { } real || SourcePath.IsInside(storage.Home, real))
            return new Refusal.Invalid("batch.output-outside", $"The database '{target.Path}' is {asked}, where the server may not write. It may lie below {string.Join(" or ", (IEnumerable<string>)[folder, .. options.DataRoots])}.");
        return Directory.Exists(Path.GetDirectoryName(real)) ? OutsideDatabase.OfFile(real) : new Refusal.Missing("batch.output-invalid", $"There is no folder {Path.GetDirectoryName(real)} for the database {target.Path}. Make it first.");
    }
}

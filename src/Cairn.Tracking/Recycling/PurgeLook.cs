using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Registry;

namespace Cairn.Tracking.Recycling;

/// <summary>Adds up what a purge would take, each thing and each file once.</summary>
internal sealed class PurgeLook(WorkspaceId workspace)
{
    private const int AtOnce = 1000, MostNames = 100;

    private readonly HashSet<string> _owners = new(StringComparer.Ordinal), _versions = new(StringComparer.Ordinal), _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _packages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Named, long Length)> _files = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private long _experiments, _models;

    public string Progress => $"{_owners.Count:N0} runs and logged models, {_versions.Count:N0} versions, {_files.Count:N0} files";

    /// <summary>Of some things those that go with what goes already, and with each other.</summary>
    public IReadOnlyList<BinItem> Going(ReadTransaction transaction, IReadOnlyList<BinItem> items) => BinContents.Together(transaction, workspace, items, _taken);

    public bool Take(ReadTransaction transaction, BinItem item)
    {
        _taken.Add(item.Subject);
        if (item.Kind == BinKind.Models.Name) _models++;
        if (BinKind.Find(item.Kind)!.IsOfRegistry) TakeVersions(transaction, item);
        else TakeOwners(transaction, item);
        return true;
    }

    /// <summary>The sum, when all is taken.</summary>
    public async Task<PurgeResult> Sum(Database database, UnnamedBlobs blobs, Func<HashSet<string>, Task<HashSet<string>>> namedPackages, CancellationToken cancellation)
    {
        foreach (var some in _packages.Keys.Chunk(AtOnce))
        {
            var named = await namedPackages(new(some, StringComparer.Ordinal));
            await database.Read(transaction => TakePackages(transaction, [.. some.Where(digest => !named.Contains(digest))]), cancellation);
        }

        var (files, bytes) = (0L, 0L);
        var others = await blobs.Named([.. _files.Keys], [RecycleBin.ArtifactNames, RecycleBin.PackageFileNames], cancellation);
        foreach (var some in _files.Where(file => !others.Contains(file.Key)).Chunk(AtOnce))
        {
            var rows = await database.Read(transaction => Rows(transaction, [.. some.Select(file => file.Key)]), cancellation);
            foreach (var (digest, (here, length)) in some)
                if (rows.GetValueOrDefault(digest) <= here) (files, bytes) = (files + 1, bytes + length);
        }

        var loggedModels = _owners.Count(owner => owner.StartsWith("m-", StringComparison.Ordinal));
        return new(true, _experiments, _owners.Count - loggedModels, loggedModels, files, bytes, 0, [], 0, _names, _models, _versions.Count);
    }

    private void TakeVersions(ReadTransaction transaction, BinItem item)
    {
        var of = new { workspace = workspace.Value, item.Id, place = DeletedModels.Place(item.Id) };
        transaction.Each($"SELECT model, version, package_digest {BinContents.VersionsOf(item)}", of, row =>
        {
            if (!_versions.Add($"{row.Whole(1)}/{row.Text(0)}") || row.IsNull(2)) return; // one that was deleted by itself is of a model that was deleted too
            _packages[row.Text(2)] = _packages.GetValueOrDefault(row.Text(2)) + 1;
        });
    }

    private bool TakePackages(ReadTransaction transaction, IReadOnlyCollection<string> digests)
    {
        var versions = PurgedPackages.Versions(transaction, workspace, digests);
        var goes = digests.Where(digest => versions.GetValueOrDefault(digest) <= _packages[digest]).ToList();
        transaction.Each(
            $"SELECT digest, length FROM model_package_files WHERE workspace_id = @workspace AND package_digest {transaction.Among("goes")}", new { workspace = workspace.Value, goes = transaction.Texts(goes) },
            row => Name(row.Text(0), row.Whole(1)));
        return true;
    }

    private void TakeOwners(ReadTransaction transaction, BinItem item)
    {
        var of = new { workspace = workspace.Value, item.Id, item.ExperimentId };
        var fresh = new HashSet<string>(StringComparer.Ordinal);
        if (item.Kind == BinKind.Experiments.Name)
        {
            _experiments++;
            if (_names.Count < MostNames) _names.Add(item.Name);
            transaction.Each("SELECT run_id FROM runs WHERE workspace_id = @workspace AND experiment_id = @ExperimentId", of, row => fresh.Add(row.Text(0)));
            transaction.Each("SELECT model_id FROM logged_models WHERE workspace_id = @workspace AND experiment_id = @ExperimentId", of, row => fresh.Add(row.Text(0)));
        }
        else
        {
            fresh.Add(item.Id);
        }

        fresh.ExceptWith(_owners); // a run that was deleted by itself is of an experiment that was deleted too
        _owners.UnionWith(fresh);
        transaction.Each(
            $"SELECT run_id, digest, length FROM run_artifacts WHERE workspace_id = @workspace AND run_id {BinContents.Owners(item)}", of,
            row =>
            {
                if (fresh.Contains(row.Text(0))) Name(row.Text(1), row.Whole(2));
            });
    }

    private void Name(string digest, long length) => _files[digest] = (_files.GetValueOrDefault(digest).Named + 1, length);

    /// <summary>How many rows of runs, logged models and packages name each of some files.</summary>
    private static Dictionary<string, long> Rows(ReadTransaction transaction, IReadOnlyCollection<string> digests)
    {
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in (string[])["run_artifacts", "model_package_files"])
        {
            transaction.Each(
                $"SELECT digest, COUNT(*) FROM {table} WHERE digest {transaction.Among("digests")} GROUP BY digest", new { digests = transaction.Texts(digests) },
                row => rows[row.Text(0)] = rows.GetValueOrDefault(row.Text(0)) + row.Whole(1));
        }

        return rows;
    }
}

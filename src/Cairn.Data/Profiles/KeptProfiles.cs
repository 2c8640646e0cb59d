using System.Collections.Concurrent;
using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Data.Profiles;

/// <summary>Profiles that were worked out, by the identity of what they are of. A version never changes, so neither does its profile.</summary>
internal sealed class KeptProfiles(Database database) : IDisposable
{
    /// <summary>Of the profile as <see cref="ColumnProfiler"/> makes it now: another number, and the stored ones are worked out anew.</summary>
    private const long Format = 1;

    private const int Most = 256;

    private readonly ConcurrentDictionary<string, DatasetProfileWire> _near = new(StringComparer.Ordinal);

    // One at a time: the others then find it, or have the machine for themselves.
    private readonly SemaphoreSlim _turn = new(1);

    public async Task<DatasetProfileWire> Get(WorkspaceId workspace, DatasetVersion version, Func<Task<DatasetProfileWire>> work, CancellationToken cancellation)
    {
        var digest = version.Digest.Hex;
        var key = $"{workspace.Value}/{digest}";
        if (_near.TryGetValue(key, out var there)) return Of(version, there);
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_near.TryGetValue(key, out var meanwhile)) return Of(version, meanwhile);
            if (await Stored(workspace, digest, cancellation) is not { } profile)
            {
                profile = await work();
                await Store(workspace, digest, profile, cancellation);
            }

            if (_near.Count >= Most) _near.Clear();
            return Of(version, _near[key] = profile);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    // The same content may be kept under several names and numbers.
    private static DatasetProfileWire Of(DatasetVersion version, DatasetProfileWire kept) => kept with { Dataset = version.Dataset, Version = version.Version };

    private async Task<DatasetProfileWire?> Stored(WorkspaceId workspace, string digest, CancellationToken cancellation)
    {
        var rows = await database.Read(
            transaction => transaction.Query<string>(
                "SELECT profile FROM dataset_profiles WHERE workspace_id = @workspace AND digest = @digest AND format = @format", new { workspace = workspace.Value, digest, format = Format }),
            cancellation);
        return rows is [var json] ? JsonSerializer.Deserialize<DatasetProfileWire>(json, CairnJson.Options) : null;
    }

    private async Task Store(WorkspaceId workspace, string digest, DatasetProfileWire profile, CancellationToken cancellation) => await database.Write(
        transaction => transaction.Execute(
            "INSERT INTO dataset_profiles (workspace_id, digest, format, profile) VALUES (@workspace, @digest, @format, @profile) ON CONFLICT DO NOTHING",
            new { workspace = workspace.Value, digest, format = Format, profile = JsonSerializer.Serialize(profile, CairnJson.Options) }),
        cancellation);
}

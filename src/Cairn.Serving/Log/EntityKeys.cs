using System.Collections.Concurrent;
using System.Security.Cryptography;
using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Serving.Log;

/// <summary>Whose key: an entity (by the name the log has), the nameless of a deployment, or the pseudonyms of a workspace.</summary>
internal readonly record struct KeyName(WorkspaceId Workspace, string Kind, string Entity)
{
    public static KeyName Of(WorkspaceId workspace, string deployment, string entity) => entity.Length > 0 ? new(workspace, "entity", entity) : new(workspace, "nameless", deployment);

    public static KeyName Pseudonyms(WorkspaceId workspace) => new(workspace, "pseudonyms", "");
}

/// <summary>The keys of entities: random, made durable before anything is encrypted with them, and gone when somebody is erased.</summary>
internal sealed class EntityKeys(Database database, TimeProvider clock)
{
    public const string Erased = "entity.erased";

    private const int Length = 32, MostCached = 100_000;

    private readonly ConcurrentDictionary<KeyName, byte[]> _cache = new();
    private readonly Lock _gate = new();
    private long _erasures;

    /// <summary>Those that are there.</summary>
    public async ValueTask<IReadOnlyDictionary<KeyName, byte[]>> Find(IReadOnlyCollection<KeyName> names, CancellationToken cancellation)
    {
        var (found, missing, before) = Cached(names);
        if (missing.Count > 0) Learn(found, await database.Read(transaction => Select(transaction, missing), cancellation), before);
        return found;
    }

    /// <summary>All of them: who has none gets one.</summary>
    public async ValueTask<IReadOnlyDictionary<KeyName, byte[]>> Ensure(IReadOnlyCollection<KeyName> names)
    {
        var (found, missing, before) = Cached(names);
        if (missing.Count == 0) return found;

        var now = clock.Micros();
        var fresh = missing.Select(name => new { Workspace = name.Workspace.Value, name.Kind, name.Entity, Secret = RandomNumberGenerator.GetBytes(Length), now }).ToList();
        Learn(found, await database.Write(transaction =>
        {
            transaction.Execute(
                "INSERT INTO entity_keys (workspace_id, kind, entity, secret, created_at) VALUES (@Workspace, @Kind, @Entity, @Secret, @now) ON CONFLICT (workspace_id, kind, entity) DO NOTHING", fresh);
            return Select(transaction, missing);
        }), before);
        return found;
    }

    /// <summary>Drops the keys of somebody: what was encrypted with them cannot be read again by anybody.</summary>
    /// <param name="names">His name and his pseudonym.</param>
    /// <returns>How many there were.</returns>
    public async Task<int> Drop(Caller caller, IReadOnlyList<string> names, string pseudonym, CancellationToken cancellation)
    {
        var dropped = await database.Write(
            transaction =>
            {
                var count = transaction.Execute(
                    "DELETE FROM entity_keys WHERE workspace_id = @workspace AND kind = 'entity' AND entity IN @names", new { workspace = caller.Workspace.Value, names });
                // By the pseudonym: the audit and the events must not keep whom they tell is forgotten.
                transaction.Write(caller, "entity.erase", $"entities/{pseudonym}", $$"""{"keys": {{count}}}""");
                transaction.Emit(new(caller.Workspace, Erased, $"entities/{pseudonym}"));
                return count;
            },
            cancellation);
        Forget();
        return dropped;
    }

    /// <summary>Somebody was erased, perhaps by another process.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _erasures++;
            _cache.Clear();
        }
    }

    private (Dictionary<KeyName, byte[]> Found, List<KeyName> Missing, long Erasures) Cached(IReadOnlyCollection<KeyName> names)
    {
        var (found, missing, erasures) = (new Dictionary<KeyName, byte[]>(), new List<KeyName>(), Interlocked.Read(ref _erasures));
        foreach (var name in names)
        {
            if (_cache.TryGetValue(name, out var key)) found[name] = key;
            else missing.Add(name);
        }

        return (found, missing, erasures);
    }

    private void Learn(Dictionary<KeyName, byte[]> found, IReadOnlyList<Row> rows, long erasuresBefore)
    {
        lock (_gate)
        {
            if (_cache.Count > MostCached) _cache.Clear();
            foreach (var row in rows)
            {
                var name = new KeyName(new(row.WorkspaceId), row.Kind, row.Entity);
                found[name] = row.Secret;
                if (_erasures == erasuresBefore) _cache[name] = row.Secret; // else it may have been dropped since it was read
            }
        }
    }

    private static List<Row> Select(ReadTransaction transaction, List<KeyName> names) =>
    [
        .. names.GroupBy(name => (name.Workspace, name.Kind)).SelectMany(group => group.Chunk(500).SelectMany(some => transaction.Query<Row>(
            "SELECT workspace_id, kind, entity, secret FROM entity_keys WHERE workspace_id = @workspace AND kind = @kind AND entity IN @entities",
            new { workspace = group.Key.Workspace.Value, kind = group.Key.Kind, entities = some.Select(name => name.Entity).ToArray() }))),
    ];

    private sealed record Row(string WorkspaceId, string Kind, string Entity, byte[] Secret);
}

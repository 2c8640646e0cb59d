using Cairn.Kernel;
using Dapper;
using Npgsql;

namespace Cairn.Storage.Postgres;

internal sealed class PostgresWriteTransaction(NpgsqlConnection connection, TimeProvider clock) : WriteTransaction(connection, ListParameters.Translate)
{
    public const string Channel = "cairn_events";

    // Held until the commit: the next id is drawn only when everybody can see this one, so ids ascend in commit order.
    private const string InsertEvent = """
        SELECT pg_advisory_xact_lock(4848109);
        SELECT pg_notify('cairn_events', '');
        INSERT INTO events (workspace_id, time, type, subject, cause_id, payload)
        VALUES (@workspace, @time, @type, @subject, @cause, @payload) RETURNING id;
        """;

    public bool HasEmitted { get; private set; }

    public override void TakeTurn(string name) => Connection.Execute("SELECT pg_advisory_xact_lock(hashtextextended(@name, 4848110))", new { name });

    public override void InsertOr(string table, string conflict, params ReadOnlySpan<(string Name, Array Values)> columns)
    {
        _ = Connection;
        var (names, arrays) = (new List<string>(), new List<string>());
        using var command = connection.CreateCommand();
        foreach (var (name, values) in columns)
        {
            names.Add(name);
            arrays.Add($"@p{names.Count}");
            command.Parameters.AddWithValue($"p{names.Count}", values);
        }

#pragma warning disable CA2100 // names of tables and columns are constants of the callers
        command.CommandText = $"""
            INSERT INTO {table} ({string.Join(", ", names)})
            SELECT {string.Join(", ", names)} FROM unnest({string.Join(", ", arrays)}) WITH ORDINALITY AS r ({string.Join(", ", names)}, place) ORDER BY place {conflict}
            """;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public override long Emit(NewEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        HasEmitted = true;
        using var results = Connection.QueryMultiple(InsertEvent, new
        {
            workspace = happened.Workspace.Value,
            time = clock.Micros(),
            type = happened.Type,
            subject = happened.Subject,
            cause = happened.CauseId,
            payload = happened.Payload,
        });
        results.Read<object>();
        results.Read<object>();
        return results.ReadSingle<long>();
    }
}

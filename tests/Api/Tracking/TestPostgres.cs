using Npgsql;

namespace Cairn.Api.Tests.Tracking;

/// <summary>A schema of its own on the PostgreSQL server that CAIRN_TEST_POSTGRES names; test.sh starts one.</summary>
public sealed class TestPostgres : IAsyncDisposable
{
    private readonly string _server;
    private readonly string _schema;

    private TestPostgres(string server, string schema) => (_server, _schema) = (server, schema);

    public string ConnectionString => new NpgsqlConnectionStringBuilder(_server) { SearchPath = _schema }.ToString();

    public static async Task<TestPostgres> Create()
    {
        var server = Environment.GetEnvironmentVariable("CAIRN_TEST_POSTGRES");
        Assert.SkipWhen(string.IsNullOrEmpty(server), "CAIRN_TEST_POSTGRES names no server; ./test.sh starts one.");
        var postgres = new TestPostgres(server!, "test_" + Guid.NewGuid().ToString("N"));
        await postgres.Execute($"CREATE SCHEMA {postgres._schema}");
        return postgres;
    }

    public async ValueTask DisposeAsync() => await Execute($"DROP SCHEMA {_schema} CASCADE");

    private async Task Execute(string sql)
    {
        await using var connection = new NpgsqlConnection(_server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

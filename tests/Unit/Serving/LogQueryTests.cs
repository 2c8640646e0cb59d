using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Serving.Log;
using Cairn.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Serving;

public sealed class LogQueryTests : IAsyncDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("cairn-test-").FullName;
    private readonly SqliteDatabase _metadata;
    private readonly TestLog _log;

    public LogQueryTests()
    {
        _metadata = SqliteDatabase.Open(_home, TimeProvider.System, NullLogger.Instance);
        _log = new(SqliteDatabase.OpenLog(_home, TimeProvider.System, NullLogger.Instance), _metadata, _home);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Blocks_and_segments_are_one_table()
    {
        await Fill();

        var answer = await Ask("SELECT version, count(*), sum(latency_us), avg(features['tenure']) > 0, min(time) FROM predictions GROUP BY ALL ORDER BY version");

        answer.Columns.Select(column => column.Type).ShouldBe(["BIGINT", "BIGINT", "HUGEINT", "BOOLEAN", "TIMESTAMP"]);
        answer.Rows.ShouldHaveSingleItem().Take(4).Select(cell => cell!.Value.GetRawText()).ShouldBe(["1", "100", "5050", "true"]);
        answer.Rows[0][4]!.Value.GetString().ShouldStartWith("2026-09-");
        answer.Truncated.ShouldBeFalse();
    }

    [Fact]
    public async Task More_rows_than_the_limit_are_cut_and_the_answer_says_so()
    {
        await Fill();

        var cut = await Ask("SELECT prediction_id FROM predictions ORDER BY 1", limit: 99);
        var whole = await Ask("SELECT prediction_id FROM predictions ORDER BY 1 -- all of them;", limit: 100);

        (cut.Rows.Count, cut.Truncated).ShouldBe((99, true));
        (whole.Rows.Count, whole.Truncated).ShouldBe((100, false));
    }

    [Fact]
    public async Task Values_of_all_kinds_arrive()
    {
        var answer = await Ask("SELECT 1::TINYINT, 'zoë', true, NULL, 'nan'::FLOAT, '-inf'::DOUBLE, 0.1, 170141183460469231731687303715884105727, [1, 2], DATE '2026-11-25', {'a': 1}, 1.5::DECIMAL(4,2)");

        answer.Rows[0].Select(cell => cell?.GetRawText() ?? "null").ShouldBe(
            ["1", "\"zo\\u00EB\"", "true", "null", "\"NaN\"", "\"-Infinity\"", "0.1", "170141183460469231731687303715884105727", "\"[1, 2]\"", "\"2026-11-25\"", "\"{\\u0027a\\u0027: 1}\"", "1.5"]);
    }

    [Fact]
    public async Task A_question_sees_its_time_its_deployment_and_its_workspace_only()
    {
        await Fill();
        await _log.Append(TestLog.Source("other"), TestLog.Start, 7);
        await _log.Append(TestLog.Source(workspace: new("theirs")), TestLog.Start, 9);

        (await Count(null, 0, null)).ShouldBe(107);
        (await Count("other", 0, null)).ShouldBe(7);
        (await Count("churn", (TestLog.Start * 1000) + 1, (TestLog.Start + 10) * 1000)).ShouldBe(9);
        (await Count("churn", null, null)).ShouldBe(100, "the last day");

        async Task<long> Count(string? deployment, long? from, long? to) =>
            (await Ask("SELECT count(*) FROM predictions", deployment: deployment, from: from, to: to)).Rows[0][0]!.Value.GetInt64();
    }

    [Theory]
    [InlineData("SELECT * FROM read_text('/etc/passwd')")]
    [InlineData("SELECT * FROM glob('/etc/*')")]
    [InlineData("FROM '/etc/passwd'")]
    [InlineData("SELECT * FROM read_parquet('HOME/blobs/*/*')")]
    [InlineData("SELECT * FROM sqlite_scan('HOME/cairn.db', 'deployments')")]
    [InlineData("SELECT * FROM read_csv('http://127.0.0.1:1/x')")]
    [InlineData("SELECT install_extension('httpfs')")]
    [InlineData("COPY (SELECT 1) TO 'HOME/tmp/x.csv'")]
    [InlineData("SELECT 1) ; COPY (SELECT 1) TO 'HOME/tmp/x.csv' ; SELECT * FROM (SELECT 1")]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("DROP VIEW predictions")]
    [InlineData("CREATE TABLE x AS SELECT 1")]
    [InlineData("INSERT INTO records SELECT * FROM records")]
    [InlineData("ATTACH 'HOME/cairn.db' AS c")]
    [InlineData("SET memory_limit = '100GB'")]
    [InlineData("PRAGMA database_list")]
    [InlineData("CALL pragma_version()")]
    [InlineData("LOAD httpfs")]
    [InlineData("SELECT nonsense FROM predictions")]
    [InlineData("")]
    public async Task Anything_but_a_SELECT_over_the_predictions_is_refused_and_leaves_nothing(string sql)
    {
        await Fill();

        var answer = await _log.Query.Run(TestLog.Workspace, new(sql.Replace("HOME", _home, StringComparison.Ordinal)), Cancelled);

        answer.Refusal.ShouldNotBeNull().Code.ShouldBe("prediction.query-invalid");
        Directory.GetFileSystemEntries(Path.Combine(_home, "tmp"), "*", SearchOption.AllDirectories).Where(entry => !Path.GetFileName(entry).StartsWith("data-", StringComparison.Ordinal)).ShouldBeEmpty();
        (await Ask("SELECT count(*) FROM predictions")).Rows[0][0]!.Value.GetInt64().ShouldBe(100);
    }

    [Fact]
    public async Task A_question_that_needs_more_memory_than_it_may_is_refused()
    {
        var answer = await _log.Query.Run(TestLog.Workspace, new("SELECT len(list(i)) FROM range(500000000) t(i)"), Cancelled);

        answer.Refusal.ShouldNotBeNull().Code.ShouldBe("prediction.query-too-large");
    }

    [Fact]
    public async Task A_question_can_be_called_off()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var asking = _log.Query.Run(TestLog.Workspace, new("SELECT count(*) FROM range(10000000) a, range(10000000) b"), stop.Token);
        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => asking);
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        await _metadata.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    /// <summary>100 predictions: half in a segment, half in blocks.</summary>
    private async Task Fill()
    {
        await _log.Append(TestLog.Source(), TestLog.Start, 50);
        _log.Clock.Ms = TestLog.Start + (2 * Block.Hour);
        await _log.Sealer.Run(Cancelled);
        await _log.Append(TestLog.Source(), TestLog.Start + Block.Hour, 50);
    }

    private async Task<PredictionQueryResult> Ask(string sql, int? limit = null, string? deployment = null, long? from = null, long? to = null)
    {
        var answer = await _log.Query.Run(TestLog.Workspace, new(sql, deployment, from, to, limit), Cancelled);
        answer.Refusal.ShouldBeNull();
        return JsonSerializer.Deserialize<PredictionQueryResult>(answer.Value, CairnJson.Options)!;
    }
}

namespace Cairn.Api.Tests.Batches;

public class DatabaseSourceTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task Rows_of_a_table_and_of_a_query_get_the_answers_of_the_same_rows_in_a_file(bool postgres)
    {
        await using var database = await GuestDatabase.Start(postgres);
        database.Guests(300_000);
        await using var home = await database.Home();
        await home.Result(home.Request(home.Csv(300_000), "file.csv") with { Keep = ["guest"] });

        var result = await home.Result(GuestDatabase.Request(home, "table.csv") with { Keep = ["guest"] });
        await home.Result(GuestDatabase.Request(home, "query.csv", "select * from guests where n < 150000 -- the first half") with { Keep = ["guest"] });

        (result.Rows, result.Parts).ShouldBe((300_000L, 3));
        home.Lines("table.csv").ShouldBe(home.Lines("file.csv"));
        home.Lines("query.csv").ShouldBe(home.Lines("file.csv")[..150_001]);
        Directory.EnumerateFileSystemEntries(Path.Combine(home.Server.Home, "batches")).ShouldBeEmpty("what was read is gone");
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Columns_that_are_kept_have_their_types_and_bits(bool postgres)
    {
        await using var database = await GuestDatabase.Start(postgres);
        database.Guests(3);
        await using var home = await database.Home();

        await home.Result(GuestDatabase.Request(
            home, "kept.parquet", $"select g.*, 9007199254740993 as big, {(postgres ? "0.1::float8 + 0.2::float8" : "0.1 + 0.2")} as third, 'it''s; \"x\"' as word, {(postgres ? "null::text" : "null")} as none from guests g") with
        { Keep = ["big", "third", "word", "none", "cups", "seen", "member"] });

        (await home.Column("concat_ws('|', big, third = 0.1::double + 0.2::double, word, none IS NULL)", "kept.parquet")).ShouldAllBe(row => row == "9007199254740993|true|it's; \"x\"|true");
        (await home.Column("typeof(big) || typeof(third) || typeof(cups) || typeof(seen) || typeof(member)", "kept.parquet"))
            .ShouldAllBe(types => types == (postgres ? "BIGINTDOUBLEDECIMAL(4,1)TIMESTAMP WITH TIME ZONEBOOLEAN" : "BIGINTDOUBLEDOUBLEVARCHARBIGINT"));
    }

    [Fact]
    public async Task Columns_of_sqlite_that_hold_other_values_than_they_say_are_read_all_the_same()
    {
        await using var database = await GuestDatabase.Start(postgres: false);
        database.Execute("CREATE TABLE guests (n INTEGER, age INTEGER, cups, roast TEXT, member INTEGER, code INTEGER)");
        database.Execute("INSERT INTO guests VALUES (1, 30, 2, 'dark', 1, 7), (2, 31.0, 2.5, 'light', 'yes', 'A7'), (3, '32', NULL, 'dark', 'no', 1.5), (4, 'old', 1, 'dark', 1, 9)");
        await using var home = await database.Home();

        await home.Result(GuestDatabase.Request(home, "scored.csv") with { Keep = ["code"], SkipInvalid = true });

        home.Lines("scored.csv").Select(line => line.Split(',')[0]).ShouldBe(["code", "7", "A7", "1.5"]);
        home.Lines("scored.csv.rejects.csv")[1].ShouldBe("4,9,\"age: found 'old', expected a whole number from 0 to 120\"");
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Cancelled_it_goes_on_with_the_rows_it_read_though_the_table_has_others_by_now(bool postgres)
    {
        await using var database = await GuestDatabase.Start(postgres);
        database.Guests(600_000);
        await using var home = await database.Home();
        var request = GuestDatabase.Request(home, "scored.parquet") with { Explain = 3 };
        var started = await home.Client.StartBatchAsync("coffee", request, Cancelled);
        var scoring = new TaskCompletionSource();
        var following = home.Client.WaitForFlowRunAsync(started.FlowRunId, run => { if (run.Tasks.Any(t => t is { Name: "score", Progress: > 0 })) scoring.TrySetResult(); }, Cancelled);
        await Task.WhenAny(scoring.Task, following);
        await home.Client.CancelFlowRunAsync(started.FlowRunId, Cancelled);
        (await following).State.ShouldBe("cancelled");
        database.Execute("UPDATE guests SET age = 500");
        database.Execute("DELETE FROM guests WHERE n % 2 = 1");

        var ended = await home.Client.WaitForFlowRunAsync((await home.Client.StartBatchAsync("coffee", request, Cancelled)).FlowRunId, cancellation: Cancelled);

        (ended.FlowRunId, ended.State).ShouldBe((started.FlowRunId, "succeeded"), ended.Message);
        (await home.Column("row", "scored.parquet")).ShouldBe(Enumerable.Range(1, 600_000).Select(i => $"{i}"));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_query_reads_and_does_nothing_else(bool postgres)
    {
        await using var database = await GuestDatabase.Start(postgres);
        database.Guests(10);
        await using var home = await database.Home();
        IReadOnlyList<(string Query, string Code)> queries = postgres
            ?
            [
                ("select * from guests) q; commit; delete from guests; select * from (select 1", "database.query-failed"),
                ("delete from guests returning *", "database.query-failed"),
                ("with d as (delete from guests returning *) select * from d", "database.query-failed"),
                ("select nextval('s')", "database.query-failed"),
                ("select pg_sleep(0), * from pg_authid", "data.columns-missing"),
                ("select 1 as a, 2 as a", "database.query-failed"),
            ]
            :
            [
                ("select 1) as q; delete from guests; select * from (select 1", "database.query-failed"),
                ("select load_extension('x')", "database.query-failed"),
                ("select * from pragma_database_list", "database.query-failed"),
                ("select x'00' as b", "database.query-failed"),
                ("select 1 as a, 2 as a", "data.columns-missing"), // they have names of their own there
            ];

        foreach (var (query, code) in queries)
        {
            var run = await home.Run(GuestDatabase.Request(home, "x.csv", query, orderBy: null));
            (run.State, run.Problem?.Code).ShouldBe(("failed", code), $"{query}: {run.Message} {run.Problem}");
        }

        database.Rows("SELECT count(*) FROM guests").ShouldBe(["10"]);
        File.Exists(Path.Combine(home.Folder, "x.csv")).ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_wrong_is_named()
    {
        await using var database = await GuestDatabase.Start(postgres: true);
        database.Guests(5);
        database.Execute("CREATE TABLE empty (age int, cups int, roast text, member boolean)");
        await using var home = await database.Home();

        (await home.Refused(new(home.Folder, new(null, "erp", null, "guests"), new("x.csv")))).ShouldBe("connection.unknown");
        (await home.Refused(new(home.Folder, new(null, "postgres://u:secret@localhost/db", null, "guests"), new("x.csv")))).ShouldBe("connection.password");
        (await home.Refused(new(home.Folder, new(null, "postgres://", null, "guests"), new("x.csv")))).ShouldBe("connection.invalid");
        (await home.Refused(new(home.Folder, new(null, GuestDatabase.Name), new("x.csv")))).ShouldBe("batch.invalid");
        (await home.Refused(new(home.Folder, new(null, GuestDatabase.Name, "select 1", "guests"), new("x.csv")))).ShouldBe("batch.invalid");
        (await home.Refused(new(home.Folder, new("guests.db", null, null, "guests"), new("x.csv")))).ShouldBe("project.source-missing");
        (await home.Refused(new(home.Server.Home, new("cairn.db", null, null, "deployments"), new(Path.Combine(home.Folder, "x.csv"))))).ShouldBe("project.source-outside");

        await Fails(GuestDatabase.Request(home, "x.csv", "select nme from guests"), "database.query-failed", "column \"nme\" does not exist");
        await Fails(GuestDatabase.Request(home, "x.csv", "select age from guests", "age"), "data.columns-missing", "roast");
        await Fails(GuestDatabase.Request(home, "x.csv", "select * from empty", null), "data.no-rows", "no rows");
        await Fails(new(home.Folder, new(null, GuestDatabase.Name, null, "empty", "age"), new("x.csv")), "data.no-rows", "no rows");
        await Fails(new(home.Folder, new(null, $"postgres://127.0.0.1:{1}/x", null, "guests"), new("x.csv")), "database.unreachable", "goes on where it stopped");

        async Task Fails(Client.Wire.BatchRequest request, string code, string words)
        {
            var run = await home.Run(request);
            run.State.ShouldBe("failed");
            (run.Problem!.Code, run.Problem.Detail.Contains(words, StringComparison.Ordinal)).ShouldBe((code, true), run.Problem.Detail);
        }
    }

    [Fact]
    public async Task The_password_of_a_connection_is_nowhere_in_the_home()
    {
        await using var database = await GuestDatabase.Start(postgres: true);
        database.Guests(5);
        await using var home = await BatchHome.Start(new() { Connections = new Dictionary<string, string>(StringComparer.Ordinal) { ["crm"] = database.Address + ";Password=geheim-4711" } });

        await home.Result(GuestDatabase.Request(home, "scored.csv"));
        await home.Run(GuestDatabase.Request(home, "x.csv", "select nme from guests"));
        await home.Server.Stop();

        foreach (var file in Directory.EnumerateFiles(home.Server.Home, "*", SearchOption.AllDirectories))
            System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Cancelled)).Contains("geheim-4711", StringComparison.Ordinal).ShouldBeFalse(file);
    }
}

using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Storage;

namespace Cairn.Api.Tests.Batches;

public class TableTargetTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_table_is_made_and_gets_the_rows_that_a_file_would_have(bool postgres)
    {
        await using var database = await GuestDatabase.Start(postgres);
        await using var home = await database.Home();
        var source = home.Csv(300_000);
        await home.Result(home.Request(source, "file.csv") with { Keep = ["guest", "cups"], Explain = 1 });

        var result = await home.Result(Into(home, source) with { Keep = ["guest", "cups"], Explain = 1 });

        (result.Output, result.Rows, result.Parts, result.Bytes).ShouldBe(("crm:scored", 300_000L, 3, 0L));
        database.Rows("SELECT * FROM scored LIMIT 0").ShouldBeEmpty();
        var rows = database.Rows("SELECT guest, cups, prediction, probability, model, version, reason_1, reason_1_contribution, batch_id FROM scored");
        rows.Select(row => row[(row.LastIndexOf('|') + 1)..]).Distinct(StringComparer.Ordinal).Count().ShouldBe(1);
        rows.Select(row => row[..row.LastIndexOf('|')]).Order(StringComparer.Ordinal).ShouldBe(home.Lines("file.csv")[1..].Select(Cells).Order(StringComparer.Ordinal));
        database.Rows("SELECT count(*), sum(rows) FROM cairn_batches WHERE target = 'scored' AND part >= 0").ShouldBe(["3|300000"]);
        Directory.EnumerateFileSystemEntries(Path.Combine(home.Server.Home, "batches")).ShouldBeEmpty();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_table_keeps_what_it_has_unless_it_shall_be_replaced(bool postgres)
    {
        await using var database = await GuestDatabase.Start(postgres);
        await using var home = await database.Home();
        var source = home.Csv(20);

        await home.Result(Into(home, source));
        await home.Result(Into(home, source));
        database.Rows("SELECT count(*), count(DISTINCT batch_id) FROM scored").ShouldBe(["40|2"]);
        await home.Result(Into(home, home.Csv(7, "few.csv")) with { Overwrite = true });

        database.Rows("SELECT count(*), count(DISTINCT batch_id) FROM scored").ShouldBe(["7|1"]);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Rejected_rows_stand_in_a_table_beside(bool postgres)
    {
        await using var database = await GuestDatabase.Start(postgres);
        await using var home = await database.Home();
        var source = home.Csv(40, line: i => i == 17 ? "guest 17,-3,2,dark,yes" : $"guest {i},30,2,dark,no");

        (await home.Run(Into(home, source))).Problem!.Code.ShouldBe("batch.rows-invalid");
        var result = await home.Result(Into(home, source) with { SkipInvalid = true, Keep = ["guest"] });

        (result.Scored, result.Rejected, result.Rejects).ShouldBe((39L, 1L, "crm:scored_rejects"));
        database.Rows("SELECT count(*) FROM scored").ShouldBe(["39"]);
        database.Rows("SELECT row, guest, problem FROM scored_rejects").ShouldBe(["18|guest 17|age: found -3, expected a whole number from 0 to 120"]);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_part_that_is_written_again_is_in_the_table_once(bool postgres)
    {
        await using var database = await GuestDatabase.Start(postgres);
        await using var home = await database.Home();
        await home.Result(home.Request(home.Csv(300_000), "scored") with { Keep = ["guest"] });
        var parts = Enumerable.Range(0, 3).Select(i => new TablePart(Path.Combine(home.Folder, $"scored/part-0000{i}.parquet"), 1, null)).ToList();
        var tables = new DatabaseTables(new Analytics(new() { Home = home.Server.Home }));
        var order = new TableOrder("scored", "batch 1", [new("guest", "VARCHAR"), new("probability", "DOUBLE")], [], Replace: true);
        var to = OutsideDatabase.Read(database.Address)!;
        var broken = Path.Combine(home.Folder, "broken.parquet");
        await File.WriteAllTextAsync(broken, "no parquet", Cancelled);

        await Should.ThrowAsync<InvalidDataException>(() => tables.Write(to, order, [parts[0], parts[1], new(broken, 1, null)], _ => { }, Cancelled));
        var again = await tables.Write(to, order, parts, _ => { }, Cancelled);
        var more = await tables.Write(to, order, parts, _ => { }, Cancelled);

        (again.Value, more.Value).ShouldBe((2, 3));
        database.Rows("SELECT count(*), count(DISTINCT guest) FROM scored").ShouldBe(["300000|300000"]);
    }

    [Fact]
    public async Task Values_of_every_kind_arrive_as_they_were()
    {
        await using var database = await GuestDatabase.Start(postgres: true);
        database.Execute("CREATE TABLE guests AS SELECT 30::smallint AS age, 2::numeric(4,1) AS cups, 'dark'::text AS roast, true AS member, 12345678901.123456::numeric(20,6) AS money, '2026-02-03 04:05:06.789012+00'::timestamptz AS at, '2026-02-03'::date AS day, E'a,\"b\"\\n\\\\.' AS odd, '' AS empty, null::text AS none, 0.1::float8 + 0.2::float8 AS third");
        await using var home = await database.Home();

        await home.Result(new(home.Folder, new(null, GuestDatabase.Name, null, "guests"), new(null, null, GuestDatabase.Name, "scored"), ["money", "at", "day", "odd", "empty", "none", "third", "member"]));

        database.Rows("SELECT (s.money, s.at, s.day, s.odd, s.empty, s.third, s.member) = (g.money, g.at, g.day, g.odd, g.empty, g.third, g.member) AND s.none IS NULL FROM scored s, guests g").ShouldBe(["True"]);
        database.Rows("SELECT string_agg(data_type, ',' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_name = 'scored' AND table_schema = current_schema()")
            .ShouldBe(["text,numeric,timestamp with time zone,date,text,text,text,double precision,boolean,text,double precision,text,bigint"]);
    }

    [Fact]
    public async Task A_table_that_does_not_fit_is_refused_before_anything_is_scored()
    {
        await using var database = await GuestDatabase.Start(postgres: true);
        database.Execute("CREATE TABLE scored (batch_id text, \"row\" bigint, probability int)");
        database.Execute("CREATE TABLE numbers (batch_id text, \"row\" bigint, prediction int, probability float8, model text, version int)");
        await using var home = await database.Home();
        var source = home.Csv(5);

        var missing = await home.Run(Into(home, source));
        missing.Problem!.Code.ShouldBe("database.table-mismatch");
        missing.Problem.Detail.ShouldContain("has no column prediction (text), model (text), version (bigint)");
        missing.Tasks.Single(task => task.Name == "score").State.ShouldNotBe("succeeded", StringComparer.Ordinal);
        (await home.Run(Into(home, source, "numbers"))).Problem!.Code.ShouldBe("database.query-failed");
        (await home.Run(Into(home, source, "nowhere.scored"))).Problem!.Code.ShouldBe("database.query-failed");
        (await home.Refused(home.Request(source, "x") with { Output = new(null, null, "erp", "scored") })).ShouldBe("connection.unknown");
        (await home.Refused(home.Request(source, "x") with { Output = new(null, "csv", GuestDatabase.Name, "scored") })).ShouldBe("batch.output-invalid");
        database.Rows("SELECT count(*) FROM scored").ShouldBe(["0"]);
        database.Rows("SELECT to_regclass('cairn_batches') IS NULL").ShouldBe(["True"], "what was tried is undone");
    }

    [Fact]
    public async Task Who_may_not_write_the_table_is_told_so()
    {
        await using var database = await GuestDatabase.Start(postgres: true);
        var role = $"reader_{Guid.NewGuid():N}"[..20];
        database.Execute($"CREATE TABLE scored (batch_id text, \"row\" bigint, prediction text, probability float8, model text, version bigint); CREATE ROLE {role} LOGIN; GRANT SELECT ON scored TO {role}");
        var schema = database.Rows("SELECT current_schema()")[0];
        database.Execute($"GRANT USAGE ON SCHEMA {schema} TO {role}");
        var builder = new Npgsql.NpgsqlConnectionStringBuilder(database.Address) { Username = role };
        await using var home = await BatchHome.Start(new() { Connections = new Dictionary<string, string>(StringComparer.Ordinal) { [GuestDatabase.Name] = builder.ToString() } });

        (await home.Run(Into(home, home.Csv(5)))).Problem!.Code.ShouldBe("database.denied");

        database.Execute($"DROP OWNED BY {role}; DROP ROLE {role}");
    }

    [Fact]
    public async Task A_file_of_sqlite_below_the_folder_is_a_target_and_a_source()
    {
        await using var home = await BatchHome.Start();

        await home.Result(home.Request(home.Csv(10), "x") with { Output = new("out.db", null, null, "scored"), Keep = ["guest", "age", "cups", "roast", "member"] });
        await home.Result(new(home.Folder, new("out.db", null, null, "scored"), new("again.csv"), ["guest"]));

        home.Lines("again.csv").Length.ShouldBe(11);
        (await home.Refused(home.Request("guests.csv", "x") with { Output = new("../out.db", null, null, "scored") })).ShouldBe("batch.output-outside");
        (await home.Refused(home.Request("guests.csv", "x") with { Output = new(Path.Combine(home.Server.Home, "cairn.db"), null, null, "scored") })).ShouldBe("batch.output-outside");
    }

    private static BatchRequest Into(BatchHome home, string source, string table = "scored") => home.Request(source, "x") with { Output = new(null, null, GuestDatabase.Name, table) };

    /// <summary>A line of the CSV as the table has it.</summary>
    private static string Cells(string line)
    {
        var cells = line.Split(',');
        foreach (var number in (int[])[3, 7]) cells[number] = double.Parse(cells[number], CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
        return string.Join('|', cells);
    }
}

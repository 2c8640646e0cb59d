using Cairn.Kernel;

namespace Cairn.Unit.Tests.Storage;

public sealed class StatementsOnSqlite : StatementTests
{
    protected override bool Postgres => false;
}

public sealed class StatementsOnPostgres : StatementTests
{
    protected override bool Postgres => true;
}

/// <summary>Rows into a database and out of it: every statement means the same on both.</summary>
public abstract class StatementTests : OnDatabase
{
    [Fact]
    public async Task What_was_written_can_be_read()
    {
        var digest = Digest.Of("content"u8);
        await Database.Write(t => t.Execute("INSERT INTO notes (id, text, weight, done, digest) VALUES (@Id, @Text, @Weight, @Done, @Digest)",
            new Note(1, "é\"'; --", 0.1, true, digest, 7)));

        var read = await Database.Read(t => t.Query<Note>("SELECT id, text, weight, done, digest, count FROM notes"));

        read.ShouldBe([new Note(1, "é\"'; --", 0.1, true, digest, 0)]);
    }

    [Fact]
    public async Task Nulls_and_expressions_without_a_type_map_to_records()
    {
        await Database.Write(t => t.Execute("INSERT INTO notes (id) VALUES (1)"));

        var empty = await Database.Read(t => t.First<Summary>("SELECT max(count) AS latest, sum(count) AS total, count(*) AS rows, min(text) AS first_text FROM notes WHERE id > 5"));
        var one = await Database.Read(t => t.First<Summary>("SELECT max(count) AS latest, sum(count) AS total, count(*) AS rows, min(text) AS first_text FROM notes"));
        var note = await Database.Read(t => t.First<Note>("SELECT id, text, weight, done, digest, count FROM notes"));

        empty.ShouldBe(new Summary(null, null, 0, null));
        one.ShouldBe(new Summary(0, 0, 1, null));
        note.ShouldBe(new Note(1, null, null, null, null, 0));
    }

    [Fact]
    public async Task Truth_is_read_from_columns_and_from_expressions()
    {
        (await Database.Read(t => t.Scalar<bool>("SELECT EXISTS (SELECT 1 FROM notes)"))).ShouldBeFalse();
        await Database.Write(t => t.Execute("INSERT INTO notes (id, done) VALUES (1, @done)", new { done = true }));

        (await Database.Read(t => t.Scalar<bool>("SELECT EXISTS (SELECT 1 FROM notes WHERE done = @done)", new { done = true }))).ShouldBeTrue();
        (await Database.Read(t => t.Query<bool>("SELECT done FROM notes"))).ShouldBe([true]);
    }

    [Fact]
    public async Task Many_texts_are_looked_for_at_once()
    {
        string[] texts = [.. Enumerable.Range(0, 800).Select(i => $"é'\"\\{i}")];
        await Database.Write(t =>
        {
            t.Insert("notes", ("id", Enumerable.Range(0, 800).Select(i => (long)i).ToArray()), ("text", texts));
            return true;
        });

        (await Database.Read(t => t.Query<long>($"SELECT id FROM notes WHERE text {t.Among("texts")} ORDER BY id", new { texts = t.Texts(texts[100..700]) }))).ShouldBe(Enumerable.Range(100, 600).Select(i => (long)i));
        (await Database.Read(t => t.Query<long>($"SELECT id FROM notes WHERE text {t.Among("texts")}", new { texts = t.Texts([]) }))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Columns_of_many_rows_are_inserted_in_their_order_with_their_nulls()
    {
        await Database.Write(t => t.Execute("INSERT INTO notes (id) VALUES (0)"));
        var ids = Enumerable.Range(1, 2000).Select(i => (long)i).ToArray();

        await Database.Write(t =>
        {
            t.Insert("notes", ("id", ids), ("text", ids.Select(i => i % 2 == 0 ? $"é'{i}" : null).ToArray()), ("weight", ids.Select(i => i / 8.0).ToArray()), ("done", ids.Select(i => i % 3 == 0 ? (long?)null : 1).ToArray()));
            return true;
        });

        var read = await Database.Read(t => t.Query<Note>("SELECT id, text, weight, done, digest, count FROM notes WHERE id > 0 ORDER BY id"));
        read.ShouldBe(ids.Select(i => new Note(i, i % 2 == 0 ? $"é'{i}" : null, i / 8.0, i % 3 == 0 ? null : true, null, 0)));
    }

    [Fact]
    public async Task An_insert_of_columns_that_fails_leaves_none_of_its_rows()
    {
        await Should.ThrowAsync<Exception>(() => Database.Write(t =>
        {
            t.Insert("notes", ("id", new long[] { 1, 2, 1 }), ("count", new long[] { 1, 1, 1 }));
            return true;
        }));

        (await Database.Read(t => t.Scalar<long>("SELECT count(*) FROM notes"))).ShouldBe(0);
    }

    [Fact]
    public async Task Rows_that_are_there_already_are_passed_over_or_changed_as_the_insert_says_also_after_one_that_failed()
    {
        await Insert("ON CONFLICT DO NOTHING", [1, 2, 2], ["a", null, "c"]);
        await Should.ThrowAsync<Exception>(() => Insert("", [3, 1], ["x", "x"]));
        await Insert("ON CONFLICT DO NOTHING", [2, 3], ["x", "d"]);
        await Insert("ON CONFLICT (id) DO UPDATE SET text = excluded.text WHERE notes.text = 'a'", [1, 3], ["new", "x"]);

        (await Database.Read(t => t.Query<string?>("SELECT text FROM notes ORDER BY id"))).ShouldBe(["new", null, "d"]);

        Task<bool> Insert(string conflict, long[] ids, string?[] texts) => Database.Write(t =>
        {
            t.InsertOr("notes", conflict, ("id", ids), ("text", texts));
            return true;
        });
    }

    [Fact]
    public async Task Rows_are_seen_one_by_one_in_their_order()
    {
        await Database.Write(t =>
        {
            t.Insert("notes", ("id", new long[] { 1, 2, 3 }), ("weight", new[] { 0.5, 1.5, double.MaxValue }));
            return true;
        });

        var seen = new List<(long, double)>();
        await Database.Read(t =>
        {
            t.Each("SELECT id, weight FROM notes WHERE id IN @ids ORDER BY id DESC", new { ids = new long[] { 1, 3 } }, row => seen.Add((row.Whole(0), row.Number(1))));
            return true;
        });
        seen.ShouldBe([(3, double.MaxValue), (1, 0.5)]);
    }

    [Fact]
    public async Task A_statement_that_failed_or_was_left_halfway_runs_again_with_other_values()
    {
        await Insert(1);
        await Should.ThrowAsync<Exception>(() => Insert(1));
        await Insert(2);
        await Should.ThrowAsync<TimeoutException>(() => Database.Write<int>(t =>
        {
            t.Each("SELECT id FROM notes WHERE id > @above ORDER BY id", new { above = 0L }, _ => throw new TimeoutException());
            return 0;
        }));
        await Database.Write(t => t.Execute("ALTER TABLE notes ADD COLUMN colour TEXT"));
        await Insert(3);

        List<long> above = [];
        await Database.Write(t =>
        {
            t.Each("SELECT id FROM notes WHERE id > @above ORDER BY id", new { above = 1L }, row => above.Add(row.Whole(0)));
            return true;
        });
        above.ShouldBe([2, 3]);

        Task<int> Insert(long id) => Database.Write(t => t.Execute("INSERT INTO notes (id) VALUES (@id)", new { id }));
    }

    [Fact]
    public async Task Patterns_mean_the_same_on_both_databases()
    {
        string[] texts = ["Abc", "abc", "a*c", "a?c", "a[c]", "100%", "a\\c", "Ébc"];
        await Database.Write(t =>
        {
            t.Insert("notes", ("id", Enumerable.Range(0, texts.Length).Select(i => (long)i).ToArray()), ("text", texts));
            return true;
        });

        (await Like("a%", anyCase: false)).ShouldBe(["abc", "a*c", "a?c", "a[c]", "a\\c"]);
        (await Like("A%", anyCase: true)).ShouldBe(["Abc", "abc", "a*c", "a?c", "a[c]", "a\\c"]);
        (await Like("a*%", anyCase: false)).ShouldBe(["a*c"]);
        (await Like("_[_]", anyCase: false)).ShouldBe(["a[c]"]);
        (await Like("%\\%", anyCase: false)).ShouldBe(["a\\c"]);
        (await Like("_bc", anyCase: true)).ShouldBe(["Abc", "abc", "Ébc"]);

        Task<IReadOnlyList<string>> Like(string pattern, bool anyCase) => Database.Read(t => t.Query<string>($"SELECT text FROM notes WHERE {t.Like("text", "@pattern", anyCase)} ORDER BY id", new { pattern = t.Pattern(pattern, anyCase) }));
    }

    [Fact]
    public async Task Lists_of_parameters_insert_many_rows_and_select_among_values()
    {
        var rows = Enumerable.Range(1, 200).Select(i => new { id = (long)i }).ToList();

        (await Database.Write(t => t.Execute("INSERT INTO notes (id) VALUES (@id)", rows))).ShouldBe(200);

        (await Database.Read(t => t.Query<long>("SELECT id FROM notes WHERE id IN @ids ORDER BY id", new { ids = new long[] { 3, 7, 999 } }))).ShouldBe([3, 7]);
        (await Database.Read(t => t.Query<long>("SELECT id FROM notes WHERE id NOT IN @ids AND id < 4", new { ids = new List<long> { 1, 3 } }))).ShouldBe([2]);
        (await Database.Write(t => t.Execute("DELETE FROM notes WHERE id IN @ids", new { ids = Array.Empty<long>() }))).ShouldBe(0);
    }

    private sealed record Note(long Id, string? Text, double? Weight, bool? Done, Digest? Digest, long Count);

    private sealed record Summary(long? Latest, long? Total, long Rows, string? FirstText);
}

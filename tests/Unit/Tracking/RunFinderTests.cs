using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Mlflow.Search;
using Cairn.Tracking.Search;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Cairn.Unit.Tests.Tracking;

public sealed class RunFinderOnSqlite : RunFinderTests
{
    private protected override bool Postgres => false;

    [Theory]
    [InlineData("", "start_time DESC")]
    [InlineData("", "start_time")]
    [InlineData("", "metrics.m")]
    [InlineData("", "metrics.m DESC")]
    [InlineData("", "params.p")]
    [InlineData("", "params.p DESC")]
    [InlineData("", "tags.t DESC")]
    [InlineData("", "run_name")]
    [InlineData("", "end_time DESC")]
    [InlineData("", "status")]
    [InlineData("", "run_id")]
    [InlineData("metrics.m > 0", "start_time DESC")]
    [InlineData("metrics.m > 0", "metrics.n DESC")]
    [InlineData("metrics.n > 0.1 AND metrics.n < 0.9", "metrics.n")]
    [InlineData("params.p != 'none'", "start_time DESC")]
    [InlineData("params.q LIKE '1%'", "metrics.n")]
    [InlineData("tags.t = 'a'", "start_time DESC")]
    [InlineData("tags.t = 'a'", "metrics.n")]
    [InlineData("status = 'FINISHED'", "start_time")]
    [InlineData("run_name LIKE 'run-1%'", "params.q DESC")]
    [InlineData("start_time > 1005 AND metrics.m > 0", "metrics.n")]
    [InlineData("run_name LIKE '%1'", "start_time DESC")]
    [InlineData("run_name LIKE '%1' AND status = 'FINISHED'", "start_time")]
    public async Task No_statement_of_a_search_reads_a_table_whole_or_sorts_what_an_index_has(string filter, string order)
    {
        foreach (long[]? experiments in new[] { null, [1], new long[] { 1, 2, 3 } })
        foreach (var line in await Plans(filter, order, experiments))
        {
            line.ShouldNotMatch("^SCAN [fro]( |$)", line);
            if (line.StartsWith("SEARCH r ", StringComparison.Ordinal)) line.ShouldContain("run_id=?");
            // With a filter, the few runs of its rarest condition may be sorted.
            if (filter.Length == 0) line.ShouldNotContain("TEMP B-TREE FOR ORDER BY");
        }
    }

    /// <summary>What SQLite says of each statement that the first two pages take.</summary>
    private async Task<List<string>> Plans(string filter, string order, long[]? experiments)
    {
        var (statements, key) = (new List<string>(), RunOrdering.Parse([order])[0]);
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(Home.Folder, "cairn.db")};Mode=ReadOnly");
        await connection.OpenAsync();
        raw.sqlite3_trace(connection.Handle, (_, statement) => statements.Add(statement), null);
        var transaction = new ReadTransaction(connection);
        var first = Finder(transaction, filter, experiments, 1, out _).Find(key, null, 5);
        Finder(transaction, filter, experiments, 1, out _).Find(key, first[^1], 5);
        raw.sqlite3_trace(connection.Handle, (strdelegate_trace?)null, null);

        statements.Count.ShouldBeGreaterThan(2);
        var plans = new List<string>();
        foreach (var statement in statements) plans.AddRange(transaction.Query<Step>($"EXPLAIN QUERY PLAN {statement}").Select(step => step.Detail));
        return plans;
    }

    private sealed record Step
    {
        public string Detail { get; init; } = "";
    }
}

public sealed class RunFinderOnPostgres : RunFinderTests
{
    private protected override bool Postgres => true;
}

/// <summary>Random searches over a few hundred runs, whole and page by page, against a search that looks at every run.</summary>
public abstract class RunFinderTests : IAsyncLifetime
{
    private const int Seed = 20261126, Runs = 240, Searches = 120;

    private static readonly string[] _words = ["a", "b", "B", "aé", "ab", "a_b", "100%", "\ufffd", "\U0001f600", new string('x', 300) + "1", new string('x', 300) + "2"];
    private static readonly string[] _orders = ["metrics.m", "metrics.n", "params.p", "params.q", "tags.t", "tags.`mlflow.runName`", "start_time", "end_time", "run_name", "status", "run_id", "user_id", "metrics.none"];

    private List<Known> _runs = [];

    private protected TrackingHome Home { get; private set; } = null!;

    private protected abstract bool Postgres { get; }

    public async ValueTask InitializeAsync()
    {
        Home = await TrackingHome.Open(Postgres);
        _runs = Make(new Random(Seed));
        await Home.Database.Write(Store);
    }

    public async ValueTask DisposeAsync()
    {
        if (Home is not null) await Home.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(1000)]
    [InlineData(20_000)]
    public async Task A_search_finds_what_a_look_at_every_run_finds_in_its_order_and_page_by_page(int effort)
    {
        var draw = new Random(Seed + effort);
        for (var search = 0; search < Searches; search++)
        {
            var filter = string.Join(" AND ", Enumerable.Range(0, draw.Next(4)).Select(_ => Clause(draw)));
            var order = $"{_orders[draw.Next(_orders.Length)]}{(draw.Next(2) == 0 ? " DESC" : "")}";
            long[]? experiments = draw.Next(3) switch { 0 => null, 1 => [1], _ => [1, 2, 3] };
            var expected = Expected(filter, order, experiments);
            var what = $"{order} | {filter} | {(experiments is null ? "all" : string.Join(',', experiments))} | effort {effort}";

            (await Walk(filter, order, experiments, effort, 1000)).ShouldBe(expected, what);
            if (expected.Count > 0) (await Walk(filter, order, experiments, effort, draw.Next(1, 9) + (expected.Count / 20))).ShouldBe(expected, $"{what}, in pages");
            (await Home.Database.Read(transaction => Finder(transaction, filter, experiments, effort, out _).Count(null))).ShouldBe(expected.Count, what);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(1000)]
    [InlineData(20_000)]
    public async Task Of_several_keys_each_sorts_what_is_equal_in_those_before(int effort)
    {
        var draw = new Random(Seed - effort);
        for (var search = 0; search < Searches; search++)
        {
            var filter = string.Join(" AND ", Enumerable.Range(0, draw.Next(3)).Select(_ => Clause(draw)));
            string[] orders = [.. Enumerable.Range(0, draw.Next(2, 5)).Select(_ => _orders[draw.Next(_orders.Length)]).Distinct(StringComparer.Ordinal).Select(order => $"{order}{(draw.Next(2) == 0 ? " DESC" : "")}")];
            long[]? experiments = draw.Next(3) switch { 0 => null, 1 => [1], _ => [1, 2, 3] };
            var (skip, wanted) = draw.Next(3) switch { 0 => (0, draw.Next(1, 12)), 1 => (draw.Next(60), draw.Next(1, 40)), _ => (draw.Next(240), 300) };
            var found = await Home.Database.Read(transaction =>
            {
                var finder = Finder(transaction, filter, experiments, effort, out var sql);
                var keys = RunOrdering.Parse(orders);
                var (joins, columns) = RunOrdering.Sorted(keys, sql);
                return finder.FindSorted(keys, joins, columns, skip, wanted);
            });

            var clauses = FilterText.Parse(filter);
            var expected = _runs.Where(run => run.Stage == "active" && (experiments is null || experiments.Contains(run.Experiment)) && clauses.All(clause => Holds(run, clause)))
                .Order(Comparer<Known>.Create((one, other) => orders.Select(order => Compare(order, one, other)).FirstOrDefault(by => by != 0, Newest(one, other))));
            found.ShouldBe(expected.Skip(skip).Take(wanted).Select(run => run.Id), $"{string.Join(", ", orders)} | {filter} | {skip}, {wanted} | effort {effort}");
        }
    }

    private async Task<List<string>> Walk(string filter, string order, long[]? experiments, int effort, int size)
    {
        var (ids, after) = (new List<string>(), (RunPlace?)null);
        var key = RunOrdering.Parse([order])[0];
        while (true)
        {
            var page = await Home.Database.Read(transaction => Finder(transaction, filter, experiments, effort, out _).Find(key, after, size + 1));
            ids.AddRange(page.Take(size).Select(run => run.RunId));
            if (page.Count <= size) return ids;
            after = RunPlace.Read(page[size - 1].Token(key), key).Value;
        }
    }

    private protected static RunFinder Finder(ReadTransaction transaction, string filter, long[]? experiments, int effort, out ClauseSql sql)
    {
        sql = new ClauseSql(transaction, WorkspaceId.Default.Value);
        var conditions = RunFilter.Conditions(FilterText.Parse(filter), sql);
        var scope = new RunScope($"{(experiments is null ? "1 = 1" : sql.Among("r.experiment_id", experiments))} AND r.lifecycle_stage = 'active'", experiments);
        return new(transaction, sql, scope, conditions) { FirstEffort = effort };
    }

    private List<string> Expected(string filter, string order, long[]? experiments)
    {
        var clauses = FilterText.Parse(filter);
        return [.. _runs.Where(run => run.Stage == "active" && (experiments is null || experiments.Contains(run.Experiment)) && clauses.All(clause => Holds(run, clause)))
            .Order(Comparer<Known>.Create((one, other) => Compare(order, one, other) is var by and not 0 ? by : Newest(one, other))).Select(run => run.Id)];
    }

    private static string Clause(Random draw)
    {
        var word = _words[draw.Next(_words.Length)];
        string[] signs = ["=", "!=", "<", "<=", ">", ">="];
        string[] texts = ["=", "!=", "LIKE", "ILIKE"];
        string[] patterns = [word, $"{word}%", $"%{word[^1..]}", "a%", "_b%", "x%1"];
        var (sign, text) = (signs[draw.Next(signs.Length)], texts[draw.Next(texts.Length)]);
        var value = char.IsSurrogate(word[0]) ? word : patterns[draw.Next(patterns.Length)];
        return draw.Next(9) switch
        {
            0 => $"metrics.m {sign} {draw.Next(-1, 4)}",
            1 => $"metrics.n {sign} {draw.NextDouble().ToString("0.00", CultureInfo.InvariantCulture)}",
            2 => $"params.p {text} '{value}'",
            3 => $"params.q {text} '{draw.Next(60)}'",
            4 => $"tags.t {text} '{value}'",
            5 => $"status = '{(draw.Next(2) == 0 ? "FINISHED" : "FAILED")}'",
            6 => $"run_name {text} '{(draw.Next(3) == 0 ? "%" : "run-")}{draw.Next(10)}{(draw.Next(2) == 0 ? "%" : "")}'",
            7 => $"start_time {sign} {draw.Next(1000, 1030)}",
            _ => $"end_time {sign} {draw.Next(1000, 1060)}",
        };
    }

    private static bool Holds(Known run, FilterClause clause) => (clause.Entity, clause.Key) switch
    {
        ("metrics", _) => run.Metrics.TryGetValue(clause.Key, out var value) && Number(double.IsNaN(value) ? 0 : value, clause),
        ("params", _) => run.Params.TryGetValue(clause.Key, out var param) && Text(param, clause),
        ("tags", _) => run.Tags.TryGetValue(clause.Key, out var tag) && Text(tag, clause),
        (_, "status") => Text(run.Status.ToUpperInvariant(), clause),
        (_, "run_name") => Text(run.Name, clause),
        (_, "start_time") => Number(run.Start, clause),
        _ => run.End is { } end && Number(end, clause),
    };

    private static bool Number(double value, FilterClause clause)
    {
        var than = double.Parse(clause.Raw, CultureInfo.InvariantCulture);
        return clause.Comparator switch { "=" => value == than, "!=" => value != than, "<" => value < than, "<=" => value <= than, ">" => value > than, _ => value >= than };
    }

    private static bool Text(string value, FilterClause clause) => clause.Comparator switch
    {
        "=" => value == clause.Text,
        "!=" => value != clause.Text,
        _ => Regex.IsMatch(
            value, $"^{Regex.Escape(clause.Text).Replace("%", ".*", StringComparison.Ordinal).Replace("_", "(?:[\ud800-\udbff][\udc00-\udfff]|.)", StringComparison.Ordinal)}$",
            RegexOptions.Singleline | RegexOptions.ExplicitCapture | (clause.Comparator == "ILIKE" ? RegexOptions.IgnoreCase | RegexOptions.CultureInvariant : RegexOptions.None), TimeSpan.FromSeconds(5)),
    };

    private static int Newest(Known one, Known other) => one.Start != other.Start ? other.Start.CompareTo(one.Start) : string.CompareOrdinal(one.Id, other.Id);

    private static int Compare(string order, Known one, Known other)
    {
        var (entity, key, descending) = FilterText.ParseOrder(order);
        var (a, b) = (Of(one), Of(other));
        if (a.Class != b.Class) return a.Class.CompareTo(b.Class);
        var by = a.Text is null ? a.Number.CompareTo(b.Number) : Encoding.UTF8.GetBytes(a.Text).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b.Text!));
        return descending ? -by : by;

        (int Class, double Number, string? Text) Of(Known run) => (entity, key) switch
        {
            ("metrics", _) => !run.Metrics.TryGetValue(key, out var value) ? (2, 0, null) : double.IsNaN(value) ? (1, 0, null) : (0, value, null),
            ("params", _) => Value(run.Params),
            ("tags", _) => Value(run.Tags),
            (_, "start_time") => (0, run.Start, null),
            (_, "end_time") => run.End is { } end ? (0, end, null) : (1, 0, null),
            (_, "run_name") => (0, 0, run.Name),
            (_, "status") => (0, 0, run.Status),
            (_, "run_id") => (0, 0, run.Id),
            _ => (0, 0, run.User),
        };

        // Of long values the beginning counts.
        (int, double, string?) Value(Dictionary<string, string> values) => values.TryGetValue(key, out var text) ? (0, 0, text.Length > 250 ? text[..250] : text) : (1, 0, null);
    }

    private static List<Known> Make(Random draw)
    {
        var runs = new List<Known>();
        for (var number = 0; number < Runs; number++)
        {
            var name = $"run-{draw.Next(12)}";
            var run = new Known($"{draw.NextInt64():x16}{number:x16}", 1 + draw.Next(3), name, draw.Next(10) == 0 ? "failed" : "finished", draw.Next(12) == 0 ? "deleted" : "active", $"user-{draw.Next(3)}", 1000 + draw.Next(30), null);
            if (draw.Next(4) > 0) run = run with { End = run.Start + draw.Next(30) };
            if (draw.Next(5) > 0) run.Metrics["m"] = draw.Next(6) == 0 ? double.NaN : draw.Next(-1, 4);
            if (draw.Next(8) > 0) run.Metrics["n"] = draw.NextDouble();
            if (draw.Next(5) > 0) run.Params["p"] = _words[draw.Next(_words.Length)];
            run.Params["q"] = $"{draw.Next(60)}";
            if (draw.Next(3) > 0) run.Tags["t"] = _words[draw.Next(_words.Length)];
            run.Tags["mlflow.runName"] = name;
            runs.Add(run);
        }

        return runs;
    }

    private bool Store(WriteTransaction transaction)
    {
        for (var experiment = 1; experiment <= 3; experiment++)
            transaction.Execute("INSERT INTO experiments (workspace_id, experiment_id, name, lifecycle_stage, created_at, updated_at) VALUES ('default', @experiment, @name, 'active', 0, 0)", new { experiment, name = $"e{experiment}" });
        foreach (var run in _runs)
        {
            transaction.Execute(
                """
                INSERT INTO runs (workspace_id, run_id, experiment_id, name, status, lifecycle_stage, user_name, started_at, ended_at)
                VALUES ('default', @Id, @Experiment, @Name, @Status, @Stage, @User, @start, @end)
                """,
                new { run.Id, run.Experiment, run.Name, run.Status, run.Stage, run.User, start = run.Start * 1000, end = run.End * 1000 });
            foreach (var (table, values) in new[] { ("run_params", run.Params), ("run_tags", run.Tags) })
            foreach (var (key, value) in values)
                transaction.Execute(
                    $"INSERT INTO {table} (workspace_id, run_id, key, value, experiment_id, started_at) VALUES ('default', @Id, @key, @value, @Experiment, @start)",
                    new { run.Id, key, value, run.Experiment, start = run.Start * 1000 });
            foreach (var (key, value) in run.Metrics)
                transaction.Execute(
                    """
                    INSERT INTO run_latest_metrics (workspace_id, run_id, key, experiment_id, started_at, timestamp, step, value, is_nan)
                    VALUES ('default', @Id, @key, @Experiment, @start, 0, 0, @value, @nan)
                    """,
                    new { run.Id, key, run.Experiment, start = run.Start * 1000, value = double.IsNaN(value) ? 0 : value, nan = double.IsNaN(value) ? 1L : 0L });
        }

        return true;
    }

    private sealed record Known(string Id, long Experiment, string Name, string Status, string Stage, string User, long Start, long? End)
    {
        public Dictionary<string, double> Metrics { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, string> Params { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Serving.Truth;

/// <summary>An outcome as it was told.</summary>
/// <param name="OutcomeId">Ascends in the order of arrival.</param>
/// <param name="PredictionId">As it was named, or as it was found; null: none was found for the entity yet.</param>
/// <param name="Entity">Empty when the prediction was named.</param>
/// <param name="Positive">Null: no such prediction was found yet.</param>
/// <param name="Dated">Whether its sender said when it became true; else <paramref name="ObservedAt"/> is when it arrived.</param>
/// <param name="Differs">Another value was there for the same prediction.</param>
/// <param name="RequestKey">The Idempotency-Key it came with; empty: none.</param>
internal sealed record OutcomeRow(
    long OutcomeId, WorkspaceId WorkspaceId, string Deployment, string? PredictionId, string Entity, string Value, bool? Positive, long ObservedAt, bool Dated, bool Correction,
    bool Differs, string RequestKey, long ReceivedAt, string Caller)
{
    public Statement Statement => new(Value, Positive ?? false, ObservedAt, Dated, Correction);

    public ToldRow Told => new(PredictionId ?? Entity, Value, Positive is { } positive ? positive ? 1 : 0 : null, ObservedAt, Dated ? 1 : 0, Correction ? 1 : 0, RequestKey);
}

/// <summary>What an outcome says, without the rest of it: read by the million.</summary>
/// <param name="Subject">The prediction, or the entity while none was found.</param>
/// <param name="Positive">1 or 0; null: no prediction was found yet.</param>
internal sealed record ToldRow(string Subject, string Value, long? Positive, long ObservedAt, long Dated, long Correction, string RequestKey)
{
    public Statement Statement => new(Value, Positive == 1, ObservedAt, Dated != 0, Correction != 0);

    /// <summary>True: the one says nothing that the other did not say.</summary>
    public bool Repeats(ToldRow other) =>
        Value == other.Value && Correction == other.Correction && RequestKey == other.RequestKey && Dated == other.Dated && (Dated == 0 || ObservedAt == other.ObservedAt);
}

internal static class OutcomeTable
{
    private const string Columns =
        "outcome_id, workspace_id, deployment, prediction_id, entity, value, positive, observed_at, dated, correction, differs, request_key, received_at, caller";

    private const string Told = "value, positive, observed_at, dated, correction, request_key";

    private const int PageRows = 20_000;

    /// <summary>Appends rows; their numbers are given by the table, in this order.</summary>
    public static void Insert(WriteTransaction transaction, IReadOnlyList<OutcomeRow> rows)
    {
        if (rows.Count == 0) return;
        transaction.Insert("outcomes",
            ("workspace_id", Column(row => row.WorkspaceId.Value)), ("deployment", Column(row => row.Deployment)), ("prediction_id", Column(row => row.PredictionId)),
            ("entity", Column(row => row.Entity)), ("value", Column(row => row.Value)), ("positive", Column(row => row.Positive is { } positive ? Flag(positive) : (long?)null)),
            ("observed_at", Column(row => row.ObservedAt)), ("dated", Column(row => Flag(row.Dated))), ("correction", Column(row => Flag(row.Correction))),
            ("differs", Column(row => Flag(row.Differs))), ("request_key", Column(row => row.RequestKey)), ("received_at", Column(row => row.ReceivedAt)), ("caller", Column(row => row.Caller)));

        T[] Column<T>(Func<OutcomeRow, T> value)
        {
            var values = new T[rows.Count];
            for (var i = 0; i < values.Length; i++) values[i] = value(rows[i]);
            return values;
        }

        static long Flag(bool value) => value ? 1 : 0;
    }

    // By subject first, here and below: asked for the order of arrival alone, SQLite goes through all outcomes of the deployment.

    /// <summary>All that was told about these predictions, of each in the order of arrival.</summary>
    public static IReadOnlyList<OutcomeRow> About(ReadTransaction transaction, WorkspaceId workspace, string deployment, IReadOnlyCollection<string> ids) => transaction.Query<OutcomeRow>(
        $"SELECT {Columns} FROM outcomes WHERE workspace_id = @workspace AND deployment = @deployment AND prediction_id {transaction.Among("ids")} ORDER BY prediction_id, outcome_id",
        new { workspace, deployment, ids = transaction.Texts(ids) });

    /// <summary>What was told about these predictions, each with all of it in the order of arrival.</summary>
    public static Dictionary<string, List<ToldRow>> ToldAbout(ReadTransaction transaction, WorkspaceId workspace, string deployment, IReadOnlyCollection<string> ids) => By(transaction.Query<ToldRow>(
        $"SELECT prediction_id AS subject, {Told} FROM outcomes WHERE workspace_id = @workspace AND deployment = @deployment AND prediction_id {transaction.Among("ids")} ORDER BY prediction_id, outcome_id",
        new { workspace, deployment, ids = transaction.Texts(ids) }));

    /// <summary>What was told about these entities while no prediction was found for it.</summary>
    public static Dictionary<string, List<ToldRow>> UnmatchedOf(ReadTransaction transaction, WorkspaceId workspace, string deployment, IReadOnlyCollection<string> entities) => By(transaction.Query<ToldRow>(
        $"SELECT entity AS subject, {Told} FROM outcomes WHERE workspace_id = @workspace AND deployment = @deployment AND entity {transaction.Among("entities")} AND positive IS NULL ORDER BY entity, outcome_id",
        new { workspace, deployment, entities = transaction.Texts(entities) }));

    /// <summary>What was told about predictions of a stretch of time, a prediction never cut in two, in the order of their ids.</summary>
    /// <param name="from">The first id, or the beginning of one.</param>
    public static IReadOnlyList<ToldRow> Page(ReadTransaction transaction, WorkspaceId workspace, string deployment, string from, long toMs)
    {
        var rows = transaction.Query<ToldRow>(
            $"""
            SELECT prediction_id AS subject, {Told} FROM outcomes
            WHERE workspace_id = @workspace AND deployment = @deployment AND prediction_id >= @from AND prediction_id < @to AND positive IS NOT NULL
            ORDER BY prediction_id, outcome_id LIMIT {PageRows}
            """, new { workspace, deployment, from, to = Prefix(toMs) });
        if (rows.Count < PageRows) return rows;

        // The rows of the last one may go on behind the page: the next page has them all.
        var last = rows[^1].Subject;
        var whole = rows.TakeWhile(row => row.Subject != last).ToList();
        return whole.Count > 0 ? whole : ToldAbout(transaction, workspace, deployment, [last])[last].FindAll(row => row.Positive is not null);
    }

    /// <summary>What every id of that millisecond begins with.</summary>
    public static string Prefix(long ms) => Math.Clamp(ms, 0, (1L << 48) - 1).ToString("x12", CultureInfo.InvariantCulture);

    /// <param name="before">The number of the last outcome seen; newest first.</param>
    /// <param name="condition">Beginning with AND; empty: all.</param>
    public static IReadOnlyList<OutcomeRow> Newest(ReadTransaction transaction, WorkspaceId workspace, string deployment, long from, long to, string condition, long before, int limit) =>
        transaction.Query<OutcomeRow>(
            $"""
            SELECT {Columns} FROM outcomes
            WHERE workspace_id = @workspace AND deployment = @deployment AND outcome_id < @before AND observed_at >= @from AND observed_at < @to {condition}
            ORDER BY outcome_id DESC LIMIT @limit
            """, new { workspace, deployment, from, to, before, limit });

    public static long CountUnmatched(ReadTransaction transaction, WorkspaceId workspace, string deployment, long from, long to) => transaction.Scalar<long>(
        "SELECT count(*) FROM outcomes WHERE workspace_id = @workspace AND deployment = @deployment AND positive IS NULL AND observed_at >= @from AND observed_at < @to",
        new { workspace, deployment, from, to });

    /// <summary>Differs from before when an outcome was told since, or found its prediction.</summary>
    public static ToldSoFar SoFar(ReadTransaction transaction, WorkspaceId workspace, string deployment) => transaction.First<ToldSoFar>(
        """
        SELECT (SELECT coalesce(max(outcome_id), 0) FROM outcomes WHERE workspace_id = @workspace AND deployment = @deployment) AS last,
               (SELECT count(*) FROM outcomes WHERE workspace_id = @workspace AND deployment = @deployment AND positive IS NULL) AS unmatched
        """, new { workspace, deployment })!;

    /// <summary>How many there are, and up to which.</summary>
    public static CountOfTold Count(ReadTransaction transaction, WorkspaceId workspace, string deployment) => transaction.First<CountOfTold>(
        """
        SELECT (SELECT coalesce(max(outcome_id), 0) FROM outcomes WHERE workspace_id = @workspace AND deployment = @deployment) AS last,
               (SELECT count(*) FROM outcomes WHERE workspace_id = @workspace AND deployment = @deployment AND positive IS NULL) AS unmatched,
               (SELECT count(*) FROM outcomes WHERE workspace_id = @workspace AND deployment = @deployment) AS rows
        """, new { workspace, deployment })!;

    /// <summary>Those that were told after one, in the order of arrival.</summary>
    public static IReadOnlyList<SubjectRow> Since(ReadTransaction transaction, WorkspaceId workspace, string deployment, long last, int limit) => transaction.Query<SubjectRow>(
        "SELECT coalesce(prediction_id, '') AS prediction_id, positive FROM outcomes WHERE workspace_id = @workspace AND deployment = @deployment AND outcome_id > @last ORDER BY outcome_id LIMIT @limit",
        new { workspace, deployment, last, limit });

    /// <summary>Deployments with outcomes that wait for a prediction, and when these became true.</summary>
    public static IReadOnlyList<Waiting> AllWaiting(ReadTransaction transaction) => transaction.Query<Waiting>(
        "SELECT workspace_id, deployment, count(*) AS rows, min(observed_at) AS first, max(observed_at) AS last FROM outcomes WHERE positive IS NULL GROUP BY workspace_id, deployment");

    /// <summary>Outcomes of a deployment that wait for a prediction, by entity, then in the order of arrival.</summary>
    public static IReadOnlyList<OutcomeRow> NextWaiting(ReadTransaction transaction, WorkspaceId workspace, string deployment, string entity, long after, int limit) => transaction.Query<OutcomeRow>(
        $"""
        SELECT {Columns} FROM outcomes
        WHERE workspace_id = @workspace AND deployment = @deployment AND positive IS NULL AND (entity, outcome_id) > (@entity, @after)
        ORDER BY entity, outcome_id LIMIT @limit
        """, new { workspace, deployment, entity, after, limit });

    /// <summary>Forgets, with the predictions of a deployment that are no longer kept, what became of them; some at a time.</summary>
    public static int Forget(WriteTransaction transaction, WorkspaceId workspace, string deployment, long beforeMs, int limit) => transaction.Execute(
        $"""
        DELETE FROM outcomes WHERE outcome_id IN (
            SELECT outcome_id FROM outcomes WHERE workspace_id = @workspace AND deployment = @deployment AND prediction_id < @before LIMIT {limit})
        """, new { workspace, deployment, before = Prefix(beforeMs) })
        + transaction.Execute(
        $"""
        DELETE FROM outcomes WHERE outcome_id IN (
            SELECT outcome_id FROM outcomes WHERE workspace_id = @workspace AND deployment = @deployment AND positive IS NULL AND observed_at < @beforeMicros LIMIT {limit})
        """, new { workspace, deployment, beforeMicros = beforeMs * 1000 });

    /// <summary>The prediction was found. Another process may have found it too.</summary>
    public static void Match(WriteTransaction transaction, OutcomeRow row) => transaction.Execute(
        """
        UPDATE outcomes SET prediction_id = @PredictionId, value = @Value, positive = @Positive, differs = @Differs
        WHERE workspace_id = @WorkspaceId AND outcome_id = @OutcomeId AND positive IS NULL
        """, row);

    private static Dictionary<string, List<ToldRow>> By(IEnumerable<ToldRow> rows)
    {
        var by = new Dictionary<string, List<ToldRow>>(StringComparer.Ordinal);
        foreach (var row in rows) (CollectionsMarshal.GetValueRefOrAddDefault(by, row.Subject, out _) ??= new(1)).Add(row);
        return by;
    }
}

/// <param name="Last">The number of the last outcome; 0: none was told.</param>
internal sealed record ToldSoFar(long Last, long Unmatched);

/// <param name="Last">The number of the last outcome; 0: there is none.</param>
internal sealed record CountOfTold(long Last, long Unmatched, long Rows);

/// <param name="Positive">Null: no prediction was found for it.</param>
internal sealed record SubjectRow(string PredictionId, long? Positive);

internal sealed record Waiting(WorkspaceId WorkspaceId, string Deployment, long Rows, long First, long Last);

using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Storage;

namespace Cairn.Serving.Truth;

/// <param name="PredictionId">Null: refused, or no prediction was found.</param>
internal readonly record struct Receipt(OutcomeStatus Status, Guid? PredictionId = null, bool Late = false, Refusal? Problem = null);

/// <summary>Takes outcomes in: finds their predictions, stores what is new and says of each what it did. What is told twice changes nothing.</summary>
internal sealed class OutcomeIntake(LogDatabase database, OutcomeMatch match, LiveDeployments live, PersonalData personal, TimeProvider clock)
{
    /// <value>So many rows hold the writer for some milliseconds; predictions are logged through it too.</value>
    private const int RowsAtOnce = 500;

    /// <param name="requestKey">Outcomes of another key are another word, even if they say the same. Empty: none.</param>
    /// <param name="rows">In the order in which they were told. All that is stored is durable when the task completes.</param>
    public async Task<Receipt[]> Take(Caller caller, string requestKey, IReadOnlyList<Answer<NewOutcome>> rows, CancellationToken cancellation)
    {
        var now = clock.Micros();
        var receipts = new Receipt[rows.Count];
        var wanted = new List<WantedPrediction>(rows.Count);
        var pseudonym = await personal.Pseudonyms(caller.Workspace, cancellation);
        for (var i = 0; i < receipts.Length; i++)
        {
            var deployment = rows[i].Refusal is { } malformed ? malformed : DeploymentOf(caller.Workspace, rows[i].Value);
            if (deployment.Refusal is { } refusal) receipts[i] = new(OutcomeStatus.Refused, Problem: refusal);
            else wanted.Add(new(i, rows[i].Value.PredictionId, deployment.Value, rows[i].Value.Entity, rows[i].Value.PredictionId is null ? pseudonym?.Invoke(rows[i].Value.Entity) : null, rows[i].Value.ObservedAt ?? now));
        }

        var found = await match.Find(caller.Workspace, wanted, cancellation);
        var known = await ClassesOf(caller.Workspace, wanted.Select((one, i) => found[i] is null ? one.Deployment : null), cancellation);
        var hidden = await Hidden(caller.Workspace, wanted, pseudonym, cancellation);
        var fresh = new List<FreshOutcome>(wanted.Count);
        for (var i = 0; i < found.Length; i++)
        {
            var (place, told) = (wanted[i].Place, rows[wanted[i].Place].Value);
            var row = RowOf(caller, requestKey, told, wanted[i], found[i], known, hidden.GetValueOrDefault(wanted[i].Deployment), now);
            if (row.Refusal is { } refusal) receipts[place] = new(OutcomeStatus.Refused, Problem: refusal);
            else fresh.Add(new(place, row.Value));
        }

        fresh.Sort(); // rows of one prediction come together, and pages of the table are touched one after the other
        for (var from = 0; from < fresh.Count;)
        {
            var piece = fresh.GetRange(from, PieceFrom(fresh, from));
            from += piece.Count;
            var statuses = await database.Write(transaction => Store(transaction, piece), cancellation);
            for (var i = 0; i < piece.Count; i++) receipts[piece[i].Place] = ReceiptOf(caller.Workspace, piece[i].Row, statuses[i]);
        }

        return receipts;
    }

    /// <summary>The deployment an outcome is for; an empty name: the prediction will say.</summary>
    private Answer<string> DeploymentOf(WorkspaceId workspace, NewOutcome told)
    {
        if (told.Deployment is null && told.PredictionId is not null) return "";
        var deployment = told.Deployment is null ? live.FindDefault(workspace) : live.Find(workspace, told.Deployment);
        return deployment.Refusal is { } refusal ? refusal : deployment.Value.Row.Name;
    }

    /// <summary>The model that answers for a deployment, loaded if it sleeps; null: nothing does.</summary>
    private async Task<ServedModel?> Champion(WorkspaceId workspace, string deployment, CancellationToken cancellation) =>
        live.Find(workspace, deployment) is { Refusal: null, Value: var found } && await found.Wake(cancellation) is { Refusal: null, Value: var routing } ? routing.Champion : null;

    /// <summary>The classes of models that answer or answered for deployments; for outcomes that do not say which of them.</summary>
    private async Task<Dictionary<string, Classes[]>> ClassesOf(WorkspaceId workspace, IEnumerable<string?> deployments, CancellationToken cancellation)
    {
        var known = new Dictionary<string, Classes[]>(StringComparer.Ordinal);
        foreach (var name in deployments.OfType<string>().Where(name => name.Length > 0).Distinct(StringComparer.Ordinal).ToList())
        {
            var classes = (await match.Sources(workspace, name, cancellation)).Values.Select(Classes.Of);
            if (await Champion(workspace, name, cancellation) is { } serving) classes = classes.Append(Classes.Of(serving.Source.Row));
            known[name] = [.. classes.Distinct()];
        }

        return known;
    }

    /// <summary>What hides the names of entities, for the deployments whose entities are personal data: outcomes have them under no other name than the log.</summary>
    private async Task<Dictionary<string, Func<string, string>?>> Hidden(
        WorkspaceId workspace, IReadOnlyList<WantedPrediction> wanted, Func<string, string>? pseudonym, CancellationToken cancellation)
    {
        var hidden = new Dictionary<string, Func<string, string>?>(StringComparer.Ordinal);
        foreach (var name in wanted.Where(one => one.PredictionId is null).Select(one => one.Deployment).Distinct(StringComparer.Ordinal))
        {
            var source = (await Champion(workspace, name, cancellation))?.Source;
            if (source is { EntityIsPersonal: true } && pseudonym is null)
            {
                await personal.Pseudonym(workspace, name); // makes the secret of the workspace
                pseudonym = await personal.Pseudonyms(workspace, cancellation);
            }

            // What serves nothing now may have had personal data: nobody's name is written down by mistake.
            hidden[name] = source is { EntityIsPersonal: false } ? null : pseudonym;
        }

        return hidden;
    }

    private static Answer<OutcomeRow> RowOf(Caller caller, string requestKey, NewOutcome told, WantedPrediction wanted, FoundPrediction? found, Dictionary<string, Classes[]> known, Func<string, string>? hide, long now)
    {
        if (found is null && wanted.Deployment.Length == 0)
            return new Refusal.Missing("prediction.unknown", $"There is no prediction {told.PredictionId:N} in the log. Name the deployment too, and the outcome is kept until there is.");
        if (found is { } other && wanted.Deployment.Length > 0 && other.Source.Deployment != wanted.Deployment)
            return new Refusal.Conflict("outcome.deployment-differs", $"The prediction {told.PredictionId:N} was answered by {other.Source.Deployment}, not by {wanted.Deployment}. Leave the deployment out, or name the right one.");

        var (value, positive, classes) = (told.Value, (bool?)null, (Classes[])[]);
        if (found is not null)
        {
            var of = Classes.Of(found.Source);
            if (of.Find(told.Value) is { } its) (value, positive) = (its, its == of.Positive);
            else classes = [of];
        }
        else if (known[wanted.Deployment] is { Length: > 0 } any)
        {
            if (any.Select(of => of.Find(told.Value)).FirstOrDefault(its => its is not null) is { } its) value = its;
            else classes = any;
        }

        if (classes.Length > 0)
            return new Refusal.Invalid("outcome.value-unknown", $"'{told.Value}' is no class of the model that answered. It says {string.Join(", ", classes)}.");

        var entity = told.Entity.Length > 0 && hide is not null ? hide(told.Entity) : told.Entity;
        return new OutcomeRow(
            0, caller.Workspace, found?.Source.Deployment ?? wanted.Deployment, (found?.Id ?? told.PredictionId)?.ToString("N"), entity, value,
            positive, wanted.ObservedAt, told.ObservedAt is not null, told.Correction, Differs: false, requestKey, now, caller.Name);
    }

    /// <summary>How many rows make a piece: those of one subject stay together where they can.</summary>
    private static int PieceFrom(List<FreshOutcome> fresh, int from)
    {
        var end = from + 1;
        while (end < fresh.Count && end - from < RowsAtOnce && fresh[end].Row.Deployment == fresh[from].Row.Deployment && fresh[end].Row.PredictionId is null == fresh[from].Row.PredictionId is null) end++;
        return end - from;
    }

    /// <summary>Stores what is new of a piece: all of one deployment, all with a prediction or all without.</summary>
    private static OutcomeStatus[] Store(WriteTransaction transaction, List<FreshOutcome> piece)
    {
        var (first, statuses, add) = (piece[0].Row, new OutcomeStatus[piece.Count], new List<OutcomeRow>(piece.Count));
        var waits = first.PredictionId is null;
        List<string> subjects = [.. piece.Select(fresh => fresh.Subject).Distinct(StringComparer.Ordinal)];
        var stored = waits
            ? OutcomeTable.UnmatchedOf(transaction, first.WorkspaceId, first.Deployment, subjects)
            : OutcomeTable.ToldAbout(transaction, first.WorkspaceId, first.Deployment, subjects);
        for (var i = 0; i < piece.Count; i++)
        {
            var (row, told) = (piece[i].Row, piece[i].Row.Told);
            if (!stored.TryGetValue(told.Subject, out var before)) stored[told.Subject] = before = new(1);
            if (before.Exists(told.Repeats))
            {
                statuses[i] = OutcomeStatus.Repeated;
                continue;
            }

            statuses[i] = waits || told.Positive is null ? OutcomeStatus.Unmatched : StatusOf(before, told);
            add.Add(row with { Differs = told.Positive is not null && before.Exists(other => other.Positive is not null && other.Value != told.Value) });
            before.Add(told);
        }

        OutcomeTable.Insert(transaction, add);
        return statuses;
    }

    /// <summary>What a new word does to those before it.</summary>
    private static OutcomeStatus StatusOf(List<ToldRow> before, ToldRow row)
    {
        if (before.Count == 0) return OutcomeStatus.Accepted;
        Statement[] told = [.. before.Where(other => other.Positive is not null).Select(other => other.Statement), row.Statement];
        if (told.Length == 1) return OutcomeStatus.Accepted;
        var (was, now) = (Ruling.Of(told.AsSpan(0, told.Length - 1)), Ruling.Of(told));
        return now.StandingOf(told, told.Length - 1) switch
        {
            Standing.Contradicts => OutcomeStatus.Contradicting,
            Standing.Replaced => OutcomeStatus.Outdated,
            _ => told[was.Deciding].Value != row.Value || (was.Contradicted && !now.Contradicted) ? OutcomeStatus.Corrected : OutcomeStatus.Repeated,
        };
    }

    private Receipt ReceiptOf(WorkspaceId workspace, OutcomeRow row, OutcomeStatus status)
    {
        if (row.Positive is null) return new(status);
        var id = Guid.ParseExact(row.PredictionId!, "N");
        return new(status, id, match.WindowOf(workspace, row.Deployment).IsLate(Uuid7.TimeOf(id) ?? 0, row.ObservedAt));
    }

#pragma warning disable MA0097 // sorted, never compared by an operator
    private readonly record struct FreshOutcome(int Place, OutcomeRow Row) : IComparable<FreshOutcome>
#pragma warning restore MA0097
    {
        /// <value>What stored rows are looked for by.</value>
        public string Subject => Row.PredictionId ?? Row.Entity;

        public int CompareTo(FreshOutcome other)
        {
            var order = string.CompareOrdinal(Row.Deployment, other.Row.Deployment);
            if (order == 0) order = (Row.PredictionId is null).CompareTo(other.Row.PredictionId is null);
            if (order == 0) order = Utf8Order.Compare(Subject, other.Subject);
            return order != 0 ? order : Place.CompareTo(other.Place);
        }
    }
}

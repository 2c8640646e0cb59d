using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Serving.Truth;

/// <summary>What each outcome counts for among all that was told about its prediction.</summary>
internal static class OutcomeStates
{
    public const string Unmatched = "unmatched", Contradicting = "contradicting";

    /// <param name="rows">Those to show, in any order.</param>
    /// <param name="all">All that was told about their predictions, in the order of arrival.</param>
    public static IEnumerable<OutcomeWire> Of(IEnumerable<OutcomeRow> rows, IEnumerable<OutcomeRow> all, OutcomeWindow window)
    {
        var states = new Dictionary<long, string>();
        foreach (var one in all.Where(row => row.Positive is not null).GroupBy(row => row.PredictionId, StringComparer.Ordinal))
        {
            var told = one.ToArray();
            var statements = Array.ConvertAll(told, row => row.Statement);
            var ruling = Ruling.Of(statements);
            for (var i = 0; i < told.Length; i++) states[told[i].OutcomeId] = NameOf(ruling.StandingOf(statements, i));
        }

        return rows.Select(row => new OutcomeWire(
            row.OutcomeId, row.Deployment, row.PredictionId, row.Entity.Length > 0 ? row.Entity : null, row.Value, row.Positive, row.ObservedAt, row.Dated, row.Correction, row.ReceivedAt,
            states.GetValueOrDefault(row.OutcomeId, Unmatched), row.Positive is not null && window.IsLate(Uuid7.TimeOf(Guid.ParseExact(row.PredictionId!, "N")) ?? 0, row.ObservedAt), row.Caller));
    }

    private static string NameOf(Standing standing) => standing switch
    {
        Standing.InForce => "in_force",
        Standing.Agrees => "agrees",
        Standing.Replaced => "replaced",
        _ => Contradicting,
    };
}

using Cairn.Client.Wire;
using Cairn.Web.Routing;

namespace Cairn.Web.Predicting;

/// <summary>An answer with what belongs to it: what it stands on, and what would change it.</summary>
/// <param name="Changes">Single changes, asked of the champion; a problem when it could not be asked.</param>
/// <param name="At">When it was asked for, microseconds UTC; null: just now.</param>
public sealed record Answered(PredictionWire Prediction, Loaded<LineageWire> Lineage, Loaded<SingleChanges> Changes, long? At = null)
{
    public bool IsPositive => Prediction.Probability >= Prediction.Threshold;

    internal static async Task<Answered> Of(PageRequest request, DeploymentWire deployment, RowForm form, PredictionWire prediction)
    {
        var lineage = request.Load((api, stop) => api.GetLineageAsync(prediction.Model, prediction.Version, stop));
        var changes = SingleChanges.Ask(request, deployment, form);
        return new(prediction, await lineage, await changes);
    }
}

using Cairn.Client.Wire;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Predictions;

/// <summary>GET /predictions/{id}: what was asked and answered, why, what became of it, and what it stands on.</summary>
/// <remarks>The reasons open the package that answered, so they come as a part: <c>part=why</c>; <c>why=now</c> waits for them.</remarks>
internal static class ShowPrediction
{
    public static void Map(PageRoutes routes) => routes.Get("/predictions/{id}", request => Handle(request));

    /// <param name="replay">What a replay that was just asked for came to.</param>
    /// <param name="told">An outcome that was just told and refused.</param>
    public static async Task<IResult> Handle(PageRequest request, Loaded<ReplayWire>? replay = null, OutcomeForm? told = null)
    {
        var id = request.Route("id");
        var prediction = request.Load((api, stop) => api.GetPredictionAsync(id, stop));
        var why = request.Query("part") == "why" || request.Query("why") == "now" ? Explain(request, id) : null;
        if (request.Query("part") == "why") return request.Show<Why>(new { Prediction = await prediction, Explained = await why! });

        if ((await prediction).Problem is { Status: 404 or 400 } unknown) return request.Refuse(unknown);
        // Asked after it, not beside it: to find a prediction of last month is what takes long, and the log remembers what it just found.
        var outcomes = request.Load((api, stop) => api.ListPredictionOutcomesAsync(id, stop));
        var lineage = (await prediction).Value is { } answered ? request.Load((api, stop) => api.GetLineageAsync(answered.Model, answered.Version, stop)) : null;
        return request.Show<PredictionPage>(
            new
            {
                Id = id,
                Prediction = await prediction,
                Explained = why is null ? null : await why,
                Outcomes = await outcomes,
                Lineage = lineage is null ? null : (await lineage).Value,
                Replay = replay,
                Told = told ?? new(),
            },
            told?.Problem?.Status ?? (await prediction).Status);
    }

    private static Task<Loaded<LoggedExplanationWire>> Explain(PageRequest request, string id) => request.Load((api, stop) => api.ExplainAsync(id, stop));
}

using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Predictions;

/// <summary>POST /predictions/{id}/outcome: tells what became of it. What was told before is kept, and may stay in force: the page says which.</summary>
internal static class TellOutcome
{
    public static void Map(PageRoutes routes) => routes.Post("/predictions/{id}/outcome", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var (id, form) = (request.Route("id"), OutcomeForm.Read(request));
        var told = await request.Load((api, stop) => api.AddOutcomeAsync(
            new() { PredictionId = id, Value = form.Value, ObservedAt = form.ObservedAt.Length > 0 ? form.ObservedAt : null, Correction = form.Correction }, stop));
        if (told.Problem is { } declined) return await ShowPrediction.Handle(request, told: form with { Problem = declined });

        var receipt = told.Value!.Outcomes[0];
        return request.Done(
            Address.Prediction(id), $"The outcome is {receipt.Status.ToString().ToLowerInvariant()}", $"{OutcomeWords.Of(receipt.Status)}{(receipt.Late is true ? " It is late: the window had closed." : "")}");
    }
}

/// <summary>The form as it was sent, and why nothing was told.</summary>
/// <param name="ObservedAt">As the field has it, in UTC; empty: now.</param>
public sealed record OutcomeForm(string Value = "", string ObservedAt = "", bool Correction = false, Problem? Problem = null)
{
    internal static OutcomeForm Read(PageRequest request) => new(request.Field("value").Trim(), request.Field("observed_at").Trim(), request.Field("correction") == "yes");

    public string? Wrong(string field) => Problem is { } problem && field == (problem.Code.StartsWith("outcome.time", StringComparison.Ordinal) ? "observed_at" : "value") ? Format.Clip(problem.Detail, 600) : null;
}

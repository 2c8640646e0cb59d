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
        var (title, text) = Words(receipt.Status);
        return request.Done(Address.Prediction(id), title, receipt.Late is true ? $"{text} It is late: the window had closed.".TrimStart() : text);
    }

    private static (string Title, string Text) Words(OutcomeStatus status) => status switch
    {
        OutcomeStatus.Accepted => ("The outcome is accepted", ""),
        OutcomeStatus.Repeated => ("The outcome was known already", "Nothing changes."),
        OutcomeStatus.Corrected => ("The outcome is corrected", "It takes the place of what was said before."),
        OutcomeStatus.Outdated => ("The outcome is kept", "A later observation or a correction is in force."),
        OutcomeStatus.Contradicting => ("The outcome contradicts what was said before", "It is kept, and what was said before stays in force. A correction would settle it."),
        _ => ("The outcome is kept", "No prediction was found for it yet."),
    };
}

/// <summary>The form as it was sent, and why nothing was told.</summary>
/// <param name="ObservedAt">As the field has it, in UTC; empty: now.</param>
public sealed record OutcomeForm(string Value = "", string ObservedAt = "", bool Correction = false, Problem? Problem = null)
{
    internal static OutcomeForm Read(PageRequest request) => new(request.Field("value").Trim(), request.Field("observed_at").Trim(), request.Field("correction") == "yes");

    public string? Wrong(string field) => Problem is { } problem && field == (problem.Code.StartsWith("outcome.time", StringComparison.Ordinal) ? "observed_at" : "value") ? Format.Clip(problem.Detail, 600) : null;
}

using Cairn.Client.Wire;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Deployments;

/// <summary>POST /deployments/{name}/outcomes: a CSV or Parquet file of outcomes, passed on as it arrives; the page then says what became of its rows.</summary>
internal static class ImportOutcomes
{
    public static void Map(PageRoutes routes) => routes.PostFile("/deployments/{name}/outcomes", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var form = ImportForm.Read(request);
        if (request.File is not { } file) return await ShowOutcomes.Handle(request, form with { Problem = ChangeTraffic.Incomplete("It has no file.") });

        // What was counted before a fault is stored.
        OutcomeImportWire? counted = null;
        var done = await request.Load((api, stop) => api.ImportOutcomesAsync(file.Body, form.Columns(request.Route("name")), state => counted = state, stop));
        return await ShowOutcomes.Handle(request, form with { File = file.Name, Counted = done.Value ?? counted, Problem = done.Problem });
    }
}

/// <summary>The form as it was sent, and what came of it.</summary>
/// <param name="By">What its rows name: <c>prediction</c> or <c>entity</c>.</param>
/// <param name="Subject">The column of that.</param>
/// <param name="Counted">What became of the rows that were read.</param>
/// <param name="Problem">Why it stopped.</param>
public sealed record ImportForm(
    string By = "prediction", string Subject = "prediction_id", string Value = "outcome", string Time = "", string Timezone = "", bool Correction = false, string File = "", OutcomeImportWire? Counted = null,
    Problem? Problem = null)
{
    internal bool IsAnswered => Counted is not null || Problem is not null;

    internal static ImportForm Read(PageRequest request) => new(
        request.Field("by"), request.Field("subject").Trim(), request.Field("value").Trim(), request.Field("time").Trim(), request.Field("timezone").Trim(), request.Field("correction") == "yes");

    public OutcomeColumnsWire Columns(string deployment) => new(
        Value, By == "entity" ? null : Subject, By == "entity" ? Subject : null, Given(Time), Given(Timezone), Correction, deployment);

    private static string? Given(string text) => text.Length > 0 ? text : null;
}

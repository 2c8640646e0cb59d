using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Deployments;

/// <summary>POST /deployments/{name}/outcomes: a CSV or Parquet file of outcomes, passed on as it arrives; a flow run then takes it in and shows how far it is.</summary>
internal static class ImportOutcomes
{
    public static void Map(PageRoutes routes) => routes.PostFile("/deployments/{name}/outcomes", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var form = ImportForm.Read(request);
        if (request.File is not { } file) return await ShowOutcomes.Handle(request, form with { Problem = ChangeTraffic.Incomplete("It has no file.") });
        var started = await request.Load((api, stop) => api.StartOutcomeImportAsync(request.Route("name"), file.Body, form.Columns, stop));
        return started.Problem is { } declined ? await ShowOutcomes.Handle(request, form with { Problem = declined }) : request.GoTo(Address.FlowRun(started.Value!.FlowRunId));
    }
}

/// <summary>The form as it was sent, and why nothing was begun.</summary>
/// <param name="By">What its rows name: <c>prediction</c> or <c>entity</c>.</param>
/// <param name="Subject">The column of that.</param>
public sealed record ImportForm(
    string By = "prediction", string Subject = "prediction_id", string Value = "outcome", string Time = "", string Timezone = "", bool Correction = false, Problem? Problem = null)
{
    internal static ImportForm Read(PageRequest request) => new(
        request.Field("by"), request.Field("subject").Trim(), request.Field("value").Trim(), request.Field("time").Trim(), request.Field("timezone").Trim(), request.Field("correction") == "yes");

    public OutcomeColumnsWire Columns => new(Value, By == "entity" ? null : Subject, By == "entity" ? Subject : null, Given(Time), Given(Timezone), Correction);

    private static string? Given(string text) => text.Length > 0 ? text : null;
}

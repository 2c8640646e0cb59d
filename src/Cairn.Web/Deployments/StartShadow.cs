using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Deployments;

/// <summary>POST /deployments/{name}/shadow: a version answers what was asked in the past, as a flow run that shows how far it is and what it came to.</summary>
internal static class StartShadow
{
    private const double MostSample = 1e12;

    public static void Map(PageRoutes routes) => routes.Post("/deployments/{name}/shadow", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var name = request.Route("name");
        var problem = ChangeTraffic.Version(request, "past_version", out var version);
        problem = Day(request, "past_from", out var from) ?? problem;
        problem = Day(request, "past_to", out var to) ?? problem;
        problem = Number(request, "past_sample", out var sample) ?? problem;
        problem = Number(request, "past_missed", out var missed) ?? problem;
        problem = Number(request, "past_alarm", out var alarm) ?? problem;
        if (sample is { } rows && !(rows is >= 1 and <= MostSample && rows == Math.Floor(rows))) problem ??= ChangeTraffic.Incomplete($"'{Format.Clip(request.Field("past_sample"), 40)}' is no sample; a whole number from 1 on is expected.");
        if (problem is not null) return await ShowDeployment.Handle(request, problem);

        var model = request.Field("past_model").Trim();
        var range = new ShadowRange(version, model.Length > 0 ? model : null, from, to, (long?)sample, missed, alarm, Fresh: request.Field("past_fresh") == "yes");
        var started = await request.Load((api, stop) => api.ShadowAsync(name, range, stop));
        return started.Problem is { } declined ? await ShowDeployment.Handle(request, declined) : request.GoTo(Address.FlowRun(started.Value!.FlowRunId));
    }

    /// <param name="number">Null when the field is empty.</param>
    private static Problem? Number(PageRequest request, string field, out double? number)
    {
        var text = request.Field(field).Trim();
        number = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var read) ? read : null;
        return text.Length == 0 || number is not null ? null : ChangeTraffic.Incomplete($"'{Format.Clip(text, 40)}' is no number.");
    }

    /// <param name="begins">Microseconds UTC; null when the field is empty.</param>
    private static Problem? Day(PageRequest request, string field, out long? begins)
    {
        var text = request.Field(field).Trim();
        var day = UtcDay.Read(text);
        begins = day is { } there ? UtcDay.Begins(there) : null;
        return text.Length == 0 || day is not null ? null : ChangeTraffic.Incomplete($"'{Format.Clip(text, 40)}' is no day; one is expected as 2026-11-01.");
    }
}

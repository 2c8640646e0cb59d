using System.Globalization;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Deployments;

/// <summary>POST /deployments/{name}/shadow: a version answers what was asked in the past, as a flow run that shows how far it is and what it came to.</summary>
internal static class StartShadow
{
    private const string Form = "yyyy-MM-dd";

    public static void Map(PageRoutes routes) => routes.Post("/deployments/{name}/shadow", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var name = request.Route("name");
        if (!long.TryParse(request.Field("past_version").Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            return await ShowDeployment.Handle(request, ChangeTraffic.Incomplete($"'{Format.Clip(request.Field("past_version"), 40)}' is no version; a number is expected."));
        foreach (var field in (string[])["past_from", "past_to"])
            if (request.Field(field).Length > 0 && Day(request, field) is null)
                return await ShowDeployment.Handle(request, ChangeTraffic.Incomplete($"'{Format.Clip(request.Field(field), 40)}' is no day; {Form} is expected."));

        var model = request.Field("past_model").Trim();
        var started = await request.Load((api, stop) => api.ShadowAsync(name, new(version, model.Length > 0 ? model : null, Day(request, "past_from"), Day(request, "past_to")), stop));
        return started.Problem is { } declined ? await ShowDeployment.Handle(request, declined) : request.GoTo(Address.FlowRun(started.Value!.FlowRunId));
    }

    /// <summary>Its beginning, microseconds UTC.</summary>
    private static long? Day(PageRequest request, string field) =>
        DateTime.TryParseExact(request.Field(field), Form, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var day)
            ? (day - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond
            : null;
}

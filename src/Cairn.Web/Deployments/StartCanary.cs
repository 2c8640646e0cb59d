using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Deployments;

/// <summary>POST /deployments/{name}/canary: a version gets the traffic step by step.</summary>
internal static class StartCanary
{
    public static void Map(PageRoutes routes) => routes.Post("/deployments/{name}/canary", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var name = request.Route("name");
        var (settings, problem) = Settings(request);
        if (settings is null) return await ShowDeployment.Handle(request, problem);

        var started = await request.Load((api, stop) => api.StartCanaryAsync(name, settings, stop));
        return started.Problem is { } declined
            ? await ShowDeployment.Handle(request, declined)
            : request.Done(Address.Deployment(name), $"The canary v{started.Value!.Version} has begun", $"It answers {Format.Percent(started.Value.Weight)} of the requests, and more step by step.");
    }

    private static (CanarySettings?, Problem?) Settings(PageRequest request)
    {
        if (ChangeTraffic.Version(request, "canary_version", out var version) is { } noVersion) return (null, noVersion);
        if (Number(request, "canary_minutes") is not { } minutes) return (null, ChangeTraffic.Incomplete($"'{Format.Clip(request.Field("canary_minutes"), 40)}' is no time; minutes are expected, as a number."));
        if (Number(request, "canary_rows") is not { } rows || rows != Math.Floor(rows)) return (null, ChangeTraffic.Incomplete($"'{Format.Clip(request.Field("canary_rows"), 40)}' is no number of rows."));

        var steps = new List<CanaryStep>();
        foreach (var text in request.Field("canary_steps").Split([',', ' ', '%'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent))
                return (null, ChangeTraffic.Incomplete($"'{Format.Clip(text, 40)}' is no step; shares in percent are expected, each more than the one before: 5, 20, 50, 100."));
            steps.Add(new(percent / 100, minutes * 60, (long)rows));
        }

        return steps.Count == 0
            ? (null, ChangeTraffic.Incomplete("It has no steps; shares in percent are expected: 5, 20, 50, 100."))
            : (new CanarySettings
            {
                Version = version, Steps = steps, WhenDone = request.Field("canary_when_done"), Override = request.Field("canary_override") == "yes",
                Reason = request.Field("canary_reason").Trim() is { Length: > 0 } reason ? reason : null,
            }, null);
    }

    private static double? Number(PageRequest request, string field) =>
        double.TryParse(request.Field(field).Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}

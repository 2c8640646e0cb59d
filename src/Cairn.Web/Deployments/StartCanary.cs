using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Deployments;

/// <summary>POST /deployments/{name}/canary: says what a canary would do; posted again from there, it begins. What was said has to hold still.</summary>
internal static class StartCanary
{
    private static readonly CanaryLimits Usual = new();

    public static void Map(PageRoutes routes) => routes.Post("/deployments/{name}/canary", Handle);

    /// <summary>The champion that it would be judged beside, as the form carries it along.</summary>
    public static string Champion(VariantsWire variants) => variants.Variants is [{ Version: { } champion }, ..] ? champion.ToString(CultureInfo.InvariantCulture) : "none";

    private static async Task<IResult> Handle(PageRequest request)
    {
        var name = request.Route("name");
        var (settings, problem) = Settings(request);
        if (settings is null) return await ShowDeployment.Handle(request, problem);
        var variants = await request.Load((api, stop) => api.ListVariantsAsync(name, stop));
        if (variants.Value is not { } now) return await ShowDeployment.Handle(request, variants.Problem);
        if (request.Field("champion") != Champion(now)) return await Ask(request, settings, now);

        var started = await request.Load((api, stop) => api.StartCanaryAsync(name, settings, stop));
        return started.Problem is { } declined
            ? await ShowDeployment.Handle(request, declined)
            : request.Done(ShowCanary.Path(name), $"The canary v{started.Value!.Version} has begun", $"It answers {Format.Percent(started.Value.Weight)} of the requests, and more step by step.");
    }

    private static async Task<IResult> Ask(PageRequest request, CanarySettings settings, VariantsWire variants)
    {
        var version = await request.Load((api, stop) => api.GetModelVersionAsync(variants.Model, settings.Version, stop));
        return version.Problem is { } unread
            ? await ShowDeployment.Handle(request, unread)
            : request.Show<StartCanaryPage>(new
            {
                Name = request.Route("name"), Settings = settings, Variants = variants, Version = version.Value, Moved = request.Field("champion").Length > 0,
                Fields = request.Form.Where(field => field.Key.StartsWith("canary_", StringComparison.Ordinal)).Select(field => (field.Key, field.Value.ToString())).ToList(),
            });
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

        if (steps.Count == 0) return (null, ChangeTraffic.Incomplete("It has no steps; shares in percent are expected: 5, 20, 50, 100."));
        if (Limits(request, out var limits) is { } noLimit) return (null, noLimit);
        return (new CanarySettings
        {
            Version = version, Steps = steps, Limits = limits, WhenDone = request.Field("canary_when_done"), Override = request.Field("canary_override") == "yes",
            Reason = request.Field("canary_reason").Trim() is { Length: > 0 } reason ? reason : null,
        }, null);
    }

    /// <summary>An empty field is a limit that is not judged; one that the form does not have is as usual.</summary>
    private static Problem? Limits(PageRequest request, out CanaryLimits limits)
    {
        Problem? wrong = null;
        var usual = Usual.Latency!;
        var factor = Limit("canary_slow_factor", usual.Factor);
        limits = new()
        {
            Errors = Limit("canary_errors", Usual.Errors * 100) / 100, DifferentDecisions = Limit("canary_different", Usual.DifferentDecisions * 100) / 100,
            MeanAbsoluteDifference = Limit("canary_difference", Usual.MeanAbsoluteDifference),
            Latency = factor is { } times ? usual with { Factor = times, FloorMs = Limit("canary_slow_floor", usual.FloorMs) ?? 0 } : null,
        };
        return wrong;

        double? Limit(string field, double? usually)
        {
            if (!request.Form.ContainsKey(field)) return usually;
            if (request.Field(field).Trim().Length == 0) return null;
            if (Number(request, field) is { } number) return number;
            wrong ??= ChangeTraffic.Incomplete($"'{Format.Clip(request.Field(field), 40)}' is no limit; a number is expected, or nothing: then it is not judged.");
            return null;
        }
    }

    private static double? Number(PageRequest request, string field) =>
        double.TryParse(request.Field(field).Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}

using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Deployments;

/// <summary>POST /deployments/{name}: sets or removes a variant, or takes a canary back. What begins something longer is in <see cref="StartCanary"/> and <see cref="StartShadow"/>.</summary>
internal static class ChangeTraffic
{
    public static void Map(PageRoutes routes) => routes.Post("/deployments/{name}", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var (name, variant) = (request.Route("name"), request.Field("variant").Trim());
        var (declined, title, text) = request.Field("act") switch
        {
            "abort" => await Abort(request, name),
            "remove" => (await Remove(request, name, variant), $"{Format.Clip(variant, 60)} is removed", "The champion answers its share again."),
            "set" => await Set(request, name, variant),
            _ => (Incomplete("It does not say what to do."), "", ""),
        };
        return declined is null ? request.Done(Address.Deployment(name), title, text) : await ShowDeployment.Handle(request, declined);
    }

    private static async Task<(Problem?, string, string)> Abort(PageRequest request, string name)
    {
        var aborted = await request.Load((api, stop) => api.AbortCanaryAsync(name, request.Field("reason"), stop));
        return (aborted.Problem, $"The canary v{aborted.Value?.Version} is aborted", $"Champion v{aborted.Value?.ChampionVersion} answers its share again.");
    }

    private static async Task<Problem?> Remove(PageRequest request, string name, string variant) => (await request.Load(async (api, stop) =>
    {
        await api.RemoveVariantAsync(name, variant, stop);
        return variant;
    })).Problem;

    private static async Task<(Problem?, string, string)> Set(PageRequest request, string name, string variant)
    {
        var shadow = request.Field("kind") == "shadow";
        var percent = request.Field("weight").Trim();
        if (variant.Length == 0) return (Incomplete("It names no variant."), "", "");
        if (Version(request, "version", out var number) is { } noVersion) return (noVersion, "", "");
        double? weight = double.TryParse(percent, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) ? share / 100 : null;
        if (weight is null && !shadow) return (Incomplete($"'{Format.Clip(percent, 40)}' is no share of the traffic; a number from 0 to 100 is expected."), "", "");

        var reason = request.Field("reason").Trim() is { Length: > 0 } given ? given : null;
        var set = await request.Load((api, stop) => api.SetVariantAsync(
            name, variant, shadow ? new(number, Shadow: true) : new(number, Weight: weight, Shadow: false, Override: request.Field("override") == "yes", Reason: reason), stop));
        return (set.Problem, $"{Format.Clip(variant, 60)} is v{number} now", shadow ? "It scores what others answer, and answers nobody." : $"It answers {Format.Percent(weight)} of the requests.");
    }

    /// <summary>The number of a version as a field has it.</summary>
    public static Problem? Version(PageRequest request, string field, out long version) =>
        long.TryParse(request.Field(field).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out version)
            ? null
            : Incomplete($"'{Format.Clip(request.Field(field), 40)}' is no version; a number is expected.");

    public static Problem Incomplete(string detail) =>
        new("about:blank", "page.form-incomplete", StatusCodes.Status400BadRequest, $"{detail} Nothing was changed.", "page.form-incomplete");
}

using System.Globalization;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Deployments;

/// <summary>POST /deployments/{name}/settings. Keeping predictions for fewer days deletes some, so that is agreed to first.</summary>
internal static class ChangeSettings
{
    public static void Map(PageRoutes routes) => routes.Post("/deployments/{name}/settings", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var name = request.Route("name");
        var (patch, form) = SettingsForm.Read(request).Patch();
        if (patch is null) return await ShowSettings.Handle(request, form);

        if (int.TryParse(form.KeepDays, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && request.Field("agreed") != form.KeepDays)
        {
            var now = await request.Load((api, stop) => api.GetDeploymentAsync(name, stop));
            if (now.Problem is { } unread) return await ShowSettings.Handle(request, form, unread);
            if (days > 0 && days < (now.Value!.Settings?.Log.KeepDays ?? int.MaxValue))
                return await ShowSettings.Handle(request, form with { Forgets = $"Predictions older than {Format.Many(days, "day")} are deleted, and with them what can be explained, replayed and judged of them. This cannot be undone." });
        }

        var changed = await request.Load((api, stop) => api.ChangeDeploymentAsync(name, patch, stop));
        return changed.Problem is { } problem
            ? await ShowSettings.Handle(request, form.With(problem), problem)
            : request.Done($"{Address.Deployment(name)}/settings", "The settings are saved", $"They hold for {Format.Clip(name, 60)} from now on.");
    }
}

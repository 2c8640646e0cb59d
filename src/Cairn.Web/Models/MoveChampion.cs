using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Models;

/// <summary>POST /models/{name}: makes another version champion, by a promotion or a rollback. What the dialog said has to hold still.</summary>
internal static class MoveChampion
{
    public static void Map(PageRoutes routes) => routes.Post("/models/{name}", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var name = request.Route("name");
        var back = request.Field("act") == "rollback";
        if (!long.TryParse(request.Field("version"), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            return await ShowModel.Handle(request, Declined(StatusCodes.Status400BadRequest, "page.form-incomplete", "The form names no version, so nothing was moved. Load the page again and choose one."));

        var preview = await request.Load((api, stop) => api.PreviewRollbackAsync(name, stop));
        if (preview.Problem is { } unread) return unread.Status == StatusCodes.Status404NotFound ? request.Refuse(unread) : await ShowModel.Handle(request, unread);
        var now = preview.Value!;
        if (Number(now.Champion) != request.Field("champion") || (back && now.Version != version))
            return await ShowModel.Handle(request, Declined(
                StatusCodes.Status409Conflict, "page.outdated",
                $"The champion moved after this page was loaded: it is {(now.Champion is { } other ? $"v{other}" : "none")} now. Nothing was moved by this form. Look at the history below and decide again."));

        var reason = request.Field("reason") is { Length: > 0 } given ? given : null;
        var moved = await request.Load((api, stop) => back
            ? api.RollbackAsync(name, new Rollback(reason), stop)
            : api.PromoteAsync(name, new Promote(version, reason, Unverified: request.Field("allow") == "unverified", Override: request.Field("allow") == "override"), stop));
        return moved.Problem is { } problem
            ? await ShowModel.Handle(request, problem)
            : request.Done(Address.Model(name), $"v{moved.Value!.Version} is champion", moved.Value.Previous is { } before ? $"v{before} was champion until now. A rollback brings it back." : "There was no champion before.");
    }

    public static string Number(long? version) => version?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static Problem Declined(int status, string code, string detail) => new("about:blank", code, status, detail, code);
}

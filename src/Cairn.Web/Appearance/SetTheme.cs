using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Appearance;

/// <summary>POST /theme: remembers light or dark in a cookie; any other choice is the system's.</summary>
internal static class SetTheme
{
    private const string Cookie = "cairn-theme";

    public static void Map(PageRoutes routes) => routes.Post("/theme", Handle);

    /// <summary>Null: as the system has it.</summary>
    public static string? Of(HttpRequest request) => request.Cookies[Cookie] is "light" or "dark" ? request.Cookies[Cookie] : null;

    private static IResult Handle(PageRequest request)
    {
        var cookies = request.Context.Response.Cookies;
        if (request.Field("theme") is var theme && theme is "light" or "dark") cookies.Append(Cookie, theme, PageRequest.CookieFor(TimeSpan.FromDays(365)));
        else cookies.Delete(Cookie, PageRequest.CookieFor(TimeSpan.Zero));
        return request.GoTo(request.Field("back"));
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Web.Appearance;

/// <summary>POST /theme: remembers light or dark in a cookie. The form carries an antiforgery token, as every form does.</summary>
internal static class SetTheme
{
    private const string Cookie = "cairn-theme";

    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/theme", Handle)
        .WithName(nameof(SetTheme)).ExcludeFromDescription();

    /// <summary>Null: as the system has it.</summary>
    public static string? Of(HttpRequest request) => request.Cookies[Cookie] is "light" or "dark" ? request.Cookies[Cookie] : null;

    private static RedirectHttpResult Handle([FromForm] string theme, HttpResponse response)
    {
        if (theme is "light" or "dark")
            response.Cookies.Append(Cookie, theme, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, MaxAge = TimeSpan.FromDays(365), IsEssential = true });
        return TypedResults.LocalRedirect("~/");
    }
}

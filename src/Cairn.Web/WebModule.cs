using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Web.Appearance;
using Cairn.Web.Routing;
using Cairn.Web.Searching;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Web;

/// <summary>The web UI: pages rendered by the server, complete without scripts. It knows the API and nothing else.</summary>
public static class WebModule
{
    /// <param name="connect">The API as the signed-in user of a request may use it.</param>
    public static IServiceCollection AddWeb(this IServiceCollection services, Func<IServiceProvider, CairnClient> connect)
    {
        services.AddRazorComponents();
        services.AddAntiforgery(form => (form.Cookie.Name, form.Cookie.SameSite, form.Cookie.HttpOnly) = ("cairn-form", SameSiteMode.Lax, true));
        return services.AddScoped(connect);
    }

    /// <param name="access">Says who may open a page or fetch an asset; the API decides what they see there.</param>
    /// <param name="storesNothing">Marks forms: what they change is changed, decided and audited by the API.</param>
    public static IEndpointRouteBuilder MapWeb(this IEndpointRouteBuilder routes, Action<IEndpointConventionBuilder> access, Action<IEndpointConventionBuilder> storesNothing)
    {
        ArgumentNullException.ThrowIfNull(access);
        ArgumentNullException.ThrowIfNull(storesNothing);
        RouteGroupBuilder pages = routes.MapGroup(""), forms = routes.MapGroup("");
        access(pages);
        access(forms);
        storesNothing(forms);
        var map = new PageRoutes(pages, forms);
        GetAsset.Map(map);
        SetTheme.Map(map);
        ShowSearch.Map(map);
        foreach (var area in Areas.All) area.Map(map);
        return routes;
    }

    /// <summary>A problem as a page, for what was refused before or outside a page.</summary>
    public static async Task ShowProblem(HttpContext context, Problem problem)
    {
        ArgumentNullException.ThrowIfNull(context);
        // The renderer of this request may have begun a page; another one needs services of its own.
        var services = context.RequestServices;
        await using var scope = services.CreateAsyncScope();
        context.Response.Headers.Remove(PageRoutes.EnhancedNavigation);
        context.RequestServices = scope.ServiceProvider;
        try
        {
            await new PageRequest(context, scope.ServiceProvider.GetRequiredService<CairnClient>()).Refuse(problem).ExecuteAsync(context);
        }
        finally
        {
            context.RequestServices = services;
        }
    }
}

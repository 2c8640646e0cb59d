using Cairn.Web.Appearance;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Web.Overview;

/// <summary>GET /: every project and where it stands.</summary>
internal static class ShowOverview
{
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/", Handle)
        .WithName(nameof(ShowOverview)).ExcludeFromDescription();

    private static RazorComponentResult<OverviewPage> Handle(HttpRequest request) => new(new { Theme = SetTheme.Of(request) });
}

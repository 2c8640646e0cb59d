using Cairn.Client.Wire;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Projects;

/// <summary>GET /projects: by name; with <c>format=csv</c> all of them.</summary>
internal static class ListProjects
{
    private const int Shown = 50, Exported = 200;

    public static void Map(PageRoutes routes) => routes.Get("/projects", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var name = request.Listing.Value(NameFilter.Name);
        if (request.Query("format") == "csv")
            return new CsvAnswer<ProjectWire>("projects.csv", ProjectsPage.Columns, token => request.Api.ListProjectsAsync(name, Exported, token, request.Cancellation));
        var projects = await request.Load((api, stop) => api.ListProjectsAsync(name, Shown, request.Listing.PageToken, stop));
        return request.Show<ProjectsPage>(new { Projects = projects, request.Listing }, projects.Status);
    }
}

using Cairn.Web.Routing;

namespace Cairn.Web.Projects;

/// <summary>Projects: their files, what a run would do, and what became of runs.</summary>
internal static class ProjectsArea
{
    public static void Map(PageRoutes routes)
    {
        ListProjects.Map(routes);
        ShowProject.Map(routes);
        RunProject.Map(routes);
    }
}

using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Projects;

/// <summary>POST /projects/{name}/run: the current revision again, with the data as they are now. Leads to the flow run.</summary>
internal static class RunProject
{
    public static void Map(PageRoutes routes) => routes.Post("/projects/{name}/run", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var name = request.Route("name");
        var files = await request.Load((api, stop) => api.GetProjectFilesAsync(name, cancellation: stop));
        if (files.Value is not { } current) return await ShowProject.Page(request, files.Problem);
        var run = await request.Load((api, stop) => api.RunProjectAsync(new Client.Wire.RunProject(current.Files, Promote: request.Field("promote").Length > 0), stop));
        return run.Problem is { } problem ? await ShowProject.Page(request, problem) : request.Done(Address.FlowRun(run.Value!.FlowRunId), $"{name} runs");
    }
}

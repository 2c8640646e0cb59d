using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /runs/{id}/edit: name, description and tags as a form. POST: what was changed in it is changed.</summary>
internal static class EditRun
{
    public static void Map(PageRoutes routes)
    {
        routes.Get("/runs/{id}/edit", async request => Page(request, await Read(request)));
        routes.Post("/runs/{id}/edit", Handle);
    }

    public static string Path(string runId) => $"{Address.Run(runId)}/edit";

    /// <summary>Tags of people; those with a dot behind mlflow or cairn are written and read by programs.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OwnTags(RunWire run) =>
        run.Tags.Where(tag => !tag.Key.StartsWith("mlflow.", StringComparison.Ordinal) && !tag.Key.StartsWith("cairn.", StringComparison.Ordinal));

    private static async Task<IResult> Handle(PageRequest request)
    {
        var run = await Read(request);
        if (run.Value is not { } before) return Page(request, run);

        var change = Change(request, before);
        var done = change == new UpdateRun() ? run : await request.Load((api, stop) => api.UpdateRunAsync(before.RunId, change, stop));
        return done.Problem is { } declined
            ? request.Show<EditRunPage>(new { Run = run, Declined = declined, Sent = (Func<string, string>)request.Field }, declined.Status)
            : request.Done(Address.Run(before.RunId), change == new UpdateRun() ? "Nothing was changed" : "The run is changed", Format.Clip(done.Value!.Name, 100));
    }

    /// <summary>Only what differs from the run, so that what someone else changes meanwhile stays.</summary>
    private static UpdateRun Change(PageRequest request, RunWire before)
    {
        var (name, description) = (request.Field("name").Trim(), Lines(request.Field("description")));
        var tags = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (key, value) in request.Form["key"].Zip(request.Form["value"], (key, value) => (Key: (key ?? "").Trim(), Lines(value))))
            if (key.Length > 0 && (!before.Tags.TryGetValue(key, out var was) || Lines(was) != value)) tags[key] = value;
        foreach (var key in request.Form["remove"].OfType<string>()) tags[key] = null;
        return new(Name: name != before.Name ? name : null, Description: description != Lines(before.Description) ? description : null, Tags: tags.Count > 0 ? tags : null);
    }

    // A browser sends the ends of lines its own way.
    private static string Lines(string? text) => (text ?? "").ReplaceLineEndings("\n");

    private static Task<Loaded<RunWire>> Read(PageRequest request) => request.Load((api, stop) => api.GetRunAsync(request.Route("id"), stop));

    private static IResult Page(PageRequest request, Loaded<RunWire> run) => request.Show<EditRunPage>(new { Run = run }, run.Status);
}

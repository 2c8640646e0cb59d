using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /runs/{id}: how well it did and what it stands on; <c>threshold</c> asks what another one would come to.</summary>
/// <remarks>
/// With <c>part=progress</c> how far it is, for a run that goes on. Its decision and curves are most of its weight, so they come as a part,
/// <c>part=evaluation</c>; <c>evaluation=now</c> or a threshold waits for them. With <c>part=slices</c> where it does worse than elsewhere.
/// </remarks>
internal static class ShowRun
{
    private const int WorstSlices = 6, Nested = 50;

    public static void Map(PageRoutes routes) => routes.Get("/runs/{id}", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var id = request.Route("id");
        if (request.Query("part") == "slices") return request.Show<RunSlices>(new { Slices = await request.Load((api, stop) => api.ListSlicesAsync(id, null, null, WorstSlices, null, stop)) });
        var asked = request.Load((api, stop) => api.GetRunAsync(id, stop));
        var files = request.Query("part") == "progress" ? null : request.Load((api, stop) => api.ListArtifactsAsync(id, Evaluation.Folder, stop));
        var run = await asked;
        var flowRun = run.Value?.Tags.GetValueOrDefault("cairn.flow_run") is { Length: > 0 } flowRunId ? request.Load((api, stop) => api.GetFlowRunAsync(flowRunId, stop)) : null;
        if (files is null) return run.Value is { } going ? request.Show<RunProgress>(new { Run = going, FlowRun = flowRun is null ? null : (await flowRun).Value }) : request.Refuse(run.Problem!);

        var present = ((await files).Value?.Items ?? []).Where(file => !file.IsDirectory).Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        var (threshold, part) = (Threshold(request.Query("threshold")), request.Query("part") == "evaluation");
        var whole = part || request.Query("evaluation") == "now" || threshold is not null;
        var evaluation = run.Value is null || present.Count == 0 ? null : await new EvaluationReader(request, run.Value.RunId, present).Read(whole);
        if (part && run.Problem is { } unknown) return request.Refuse(unknown);
        if (part) return evaluation is null ? request.Missing("The run keeps no evaluation.") : request.Show<EvaluationDetail>(new { Run = run.Value, Evaluation = evaluation, Threshold = threshold });

        var flow = flowRun is null ? null : (await flowRun).Value;
        var nested = run.Value?.Children is null ? null : await request.Load((api, stop) => api.ListNestedRunsAsync(id, Nested, null, stop));
        return request.Show<RunPage>(
            new
            {
                Run = run, Nested = nested, Evaluation = evaluation, Whole = whole, FlowRun = flow, Lifecycle = ResultOf(flow), Sliced = present.Contains($"{Evaluation.Folder}/slices.json"), Threshold = threshold,
            },
            run.Status);
    }

    private static LifecycleResult? ResultOf(FlowRunWire? flow)
    {
        try
        {
            return flow is { Flow: "lifecycle", Result: { ValueKind: JsonValueKind.Object } result } ? result.Deserialize<LifecycleResult>(CairnJson.Options) : null;
        }
        catch (JsonException)
        {
            return null; // of another version; the page does without
        }
    }

    // Boxed in the parameters of the page, so a text that is no number is null as a missing one is.
    private static double? Threshold(string? text) => MetricText.Number(text);
}

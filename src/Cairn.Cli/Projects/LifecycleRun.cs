using System.Text.Json;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Projects;

/// <summary>Starts the lifecycle of a project, or takes it up where it stopped, and follows it to its end.</summary>
internal static class LifecycleRun
{
    /// <returns>What it came to.</returns>
    /// <exception cref="CairnException">It failed, was cancelled by somebody else or interrupted.</exception>
    public static async Task<LifecycleResult> Execute(CairnClient client, Terminal terminal, ProjectFolder project, bool promote, bool fresh, CancellationToken cancellation)
    {
        // A run that is taken up moves the champion if it was started to; who asks for no promotion gets a run of their own, which reuses what was trained.
        var run = (fresh || !promote ? null : await TakeUp(client, terminal, project, cancellation)) ?? await client.RunProjectAsync(new RunProject(project.Wire, promote), cancellation);
        run = await Following.ToItsEnd(client, terminal, run, $"cairn run {project.Path}", cancellation);
        return run.State == "succeeded" && run.Result is { } result
            ? result.Deserialize<LifecycleResult>(CairnJson.Options)!
            : throw new CairnException(run.Problem ?? Problems.Of($"cli.run-{run.State}", $"The run {run.FlowRunId} was {run.State}. {run.Message} 'cairn run {project.Path}' takes it up again."));
    }

    /// <summary>The last run of the same revision, when it was not the project's fault that it did not get to its end.</summary>
    private static async Task<FlowRunWire?> TakeUp(CairnClient client, Terminal terminal, ProjectFolder project, CancellationToken cancellation)
    {
        var latest = (await client.ListFlowRunsAsync($"projects/{project.Name}", limit: 1, cancellation: cancellation)).Items;
        if (latest is not [var stopped] || !(stopped.State is "interrupted" or "cancelled" || stopped is { State: "failed", Problem.Status: >= 500 })) return null;

        var plan = await client.PlanProjectAsync(project.Wire, cancellation);
        if (await client.FindProjectAsync(plan.Project, cancellation) is not { } known || known.Revision != plan.Revision) return null;
        terminal.Note($"The last run was {stopped.State}; it goes on where it stopped (--fresh starts anew).");
        return await client.ResumeFlowRunAsync(stopped.FlowRunId, cancellation);
    }
}

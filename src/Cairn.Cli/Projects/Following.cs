using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;
using Spectre.Console;

namespace Cairn.Cli.Projects;

/// <summary>Shows how a flow run gets on: moving bars for a person, one line for each finished task for a file.</summary>
internal static class Following
{
    /// <summary>Follows a run. Ctrl-C asks it to stop, and waits until it has.</summary>
    /// <param name="again">The command that takes it up.</param>
    public static async Task<FlowRunWire> ToItsEnd(CairnClient client, Terminal terminal, FlowRunWire run, string again, CancellationToken cancellation)
    {
        try
        {
            return await Show(terminal, progress => client.WaitForFlowRunAsync(run.FlowRunId, progress, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await Cancel(client, terminal, run.FlowRunId, again);
            throw;
        }
    }

    private static async Task Cancel(CairnClient client, Terminal terminal, string flowRunId, string again)
    {
        terminal.Note("Stopping the run ...");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await client.CancelFlowRunAsync(flowRunId, patience.Token);
            await client.WaitForFlowRunAsync(flowRunId, cancellation: patience.Token);
            terminal.Note($"'{again}' takes it up where it stopped.");
        }
        catch (Exception late) when (late is CairnException or OperationCanceledException)
        {
            terminal.Note($"It has not stopped yet; the server goes on stopping it. '{again}' takes it up later.");
        }
    }

    private static Task<FlowRunWire> Show(Terminal terminal, Func<Action<FlowRunWire>, Task<FlowRunWire>> follow) =>
        terminal.Live ? Bars(terminal, follow) : Lines(terminal, follow);

    private static Task<FlowRunWire> Bars(Terminal terminal, Func<Action<FlowRunWire>, Task<FlowRunWire>> follow)
    {
        var bars = new Dictionary<string, ProgressTask>(StringComparer.Ordinal);
        return terminal.Notes.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context => follow(run =>
            {
                foreach (var task in run.Tasks)
                {
                    if (!bars.TryGetValue(task.Name, out var bar)) bars[task.Name] = bar = context.AddTask(Describe(task), autoStart: false);
                    bar.Description = Describe(task);
                    if (task.State != "pending" && !bar.IsStarted) bar.StartTask();
                    bar.Value = task.State == "succeeded" ? 100 : Math.Min(99, task.Progress * 100);
                    if (task.State is not ("pending" or "running")) bar.StopTask();
                }
            }));
    }

    private static Task<FlowRunWire> Lines(Terminal terminal, Func<Action<FlowRunWire>, Task<FlowRunWire>> follow)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        return follow(run =>
        {
            foreach (var task in run.Tasks)
                if (task.State is not ("pending" or "running") && told.Add($"{task.Name} {task.State}")) terminal.Note(Line(task));
        });
    }

    private static string Line(TaskRunWire task)
    {
        var took = task is { StartedAt: { } start, EndedAt: { } end } && !task.Reused ? $" ({Format.Seconds((end - start) / 1e6)})" : "";
        var state = task.Reused ? "reused" : task.State == "succeeded" ? "done" : task.State;
        return $"  {task.Name,-26} {state}{took}{(task.Message.Length > 0 ? $": {task.Message}" : "")}";
    }

    private static string Describe(TaskRunWire task)
    {
        var message = task.Reused && task.Message.Length == 0 ? "reused" : task.Message;
        return Markup.Escape(message.Length == 0 ? task.Name : $"{task.Name}  {(message.Length > 60 ? message[..57] + "..." : message)}");
    }
}

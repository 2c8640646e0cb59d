using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Serving;

namespace Cairn.Projects.Retrospect;

/// <summary>A replay of a period as a flow: a task for each stretch, and one that adds them up.</summary>
internal sealed class ReplayFlow(Replays replays, TimeProvider clock)
{
    private const string Sum = "sum";

    public Flow Build(ReplayParameters parameters)
    {
        var stretches = Stretch.Of(parameters.FromMs, parameters.ToMs);
        return new(ReplayParameters.Flow,
        [
            .. stretches.Select(stretch => new FlowTask(stretch.Name, [], (context, stop) => Replay(context, parameters, stretch, stretches.Count, stop))),
            new(Sum, [.. stretches.Select(stretch => stretch.Name)], (context, _) => Task.FromResult(Add(context, parameters, stretches))),
        ]);
    }

    private async Task<Answer<string>> Replay(TaskContext context, ReplayParameters parameters, Stretch stretch, int stretches, CancellationToken cancellation)
    {
        var (started, expected) = (clock.GetTimestamp(), Math.Max(1, parameters.Rows / stretches));
        var tally = await replays.Range(
            context.Caller.Workspace, parameters.Deployment, stretch.FromMs, stretch.ToMs, parameters.Share,
            seen => context.Report(Math.Min(0.99, (double)seen / expected), $"{seen:N0} seen{Pace.Say(clock, started, seen)}"), cancellation);
        var seconds = clock.GetElapsedTime(started).TotalSeconds;
        var result = tally.ToWire(parameters.Deployment, 0, 0, seconds);
        context.Report(1, Say(result));
        return JsonSerializer.Serialize(new StretchResult(tally, seconds), CairnJson.Options);
    }

    private static Answer<string> Add(TaskContext context, ReplayParameters parameters, IReadOnlyList<Stretch> stretches)
    {
        var all = new ReplayTally();
        var seconds = 0.0;
        foreach (var stretch in stretches)
        {
            var part = JsonSerializer.Deserialize<StretchResult>(context.ResultOf(stretch.Name), CairnJson.Options)!;
            all.Add(part.Tally);
            seconds += part.Seconds;
        }

        var result = all.ToWire(parameters.Deployment, parameters.FromMs * 1000, parameters.ToMs * 1000, seconds);
        context.Report(1, Say(result));
        return JsonSerializer.Serialize(result, CairnJson.Options);
    }

    private static string Say(ReplayResultWire result)
    {
        var others = string.Join(", ", result.Results.Where(r => r.Key != ReplayWire.IsSame).OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => $"{r.Value:N0} {r.Key}"));
        return $"{result.Results.GetValueOrDefault(ReplayWire.IsSame):N0} of {result.Replayed:N0} the same{(others.Length > 0 ? $"; {others}" : "")}";
    }

    private sealed record StretchResult(ReplayTally Tally, double Seconds);
}

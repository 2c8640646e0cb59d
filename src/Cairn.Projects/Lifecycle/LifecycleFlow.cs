using Cairn.Flows;
using Cairn.Kernel;

namespace Cairn.Projects.Lifecycle;

/// <summary>The lifecycle of one use case as a flow: which operation of which module comes when. Every task may run again with the effect of once.</summary>
internal sealed class LifecycleFlow(
    Workbench bench, TakeSnapshot snapshot, PrepareTraining prepare, TrainAlgorithm train, EvaluateCandidate evaluate, RegisterVersion register, AskGates gate, PromoteVersion promote,
    DeployChampion deploy)
{
    public Flow Build(LifecycleParameters parameters)
    {
        IReadOnlyList<string> trainings = [.. parameters.Algorithms.Select(a => $"train:{a}")];
        return new(LifecycleParameters.Flow,
        [
            Step("snapshot", [], (context, stop) => snapshot.Run(context, parameters, stop)),
            Step("prepare", ["snapshot"], (context, stop) => prepare.Run(context, parameters, stop)) with { CacheKey = c => PrepareTraining.CacheKey(LearningKey(c)) },
            .. parameters.Algorithms.Select(algorithm =>
                Step($"train:{algorithm}", ["prepare"], (context, stop) => train.Run(context, parameters, algorithm, stop)) with
                {
                    CacheKey = c => TrainAlgorithm.CacheKey(LearningKey(c), algorithm),
                }),
            Step("select", trainings, async (context, stop) =>
                SelectCandidate.Run(context, Trained(context, parameters), (await bench.Definition(context, parameters, stop)).Tune.Metric)),
            Step("evaluate", ["select"], (context, stop) => evaluate.Run(context, parameters, Winner(context, parameters), stop)) with
            {
                CacheKey = c => EvaluateCandidate.CacheKey(LearningKey(c), parameters.Algorithms),
            },
            Step("register", ["evaluate"], (context, stop) => register.Run(context, parameters, Winner(context, parameters), stop)),
            Step("gate", ["register"], (context, stop) => gate.Run(context, parameters, Winner(context, parameters), stop)),
            Step("promote", ["gate"], (context, stop) => promote.Run(context, parameters, stop)),
            Step("deploy", ["promote"], (context, stop) => deploy.Run(context, parameters, Trained(context, parameters), stop), last: true),
        ]);
    }

    private static string LearningKey(TaskContext context) => context.ResultOf<SnapshotResult>("snapshot").LearningKey;

    private static List<TrainResult> Trained(TaskContext context, LifecycleParameters parameters) =>
        [.. parameters.Algorithms.Select(a => context.ResultOf<TrainResult>($"train:{a}"))];

    private static TrainResult Winner(TaskContext context, LifecycleParameters parameters)
    {
        var selected = context.ResultOf<SelectResult>("select").Algorithm;
        return Trained(context, parameters).First(t => t.Algorithm == selected);
    }

    /// <summary>A task that leaves nothing in memory when the run ends with it.</summary>
    private FlowTask Step(string name, IReadOnlyList<string> after, Func<TaskContext, CancellationToken, Task<Answer<string>>> run, bool last = false) => new(name, after, async (context, stop) =>
    {
        var goesOn = false;
        try
        {
            var answer = await run(context, stop);
            goesOn = answer.Refusal is null && !last;
            return answer;
        }
        finally
        {
            if (!goesOn) bench.Clear(context.FlowRunId);
        }
    });
}

using System.Diagnostics;
using Cairn.Learning;

namespace Cairn.Bench.Learning;

/// <summary>The lifecycle's learning on telco, stage by stage. Options: <c>--threads N</c>, <c>--trials N</c>, path of the file.</summary>
internal static class LearningTelco
{
    public static void Run(string[] options)
    {
        var (threads, trials) = (Option(options, "--threads", 2), Option(options, "--trials", 15));
        var (frame, schema) = CustomerCsv.Read(CustomerCsv.Find(options));
        string[] algorithms = ["xgboost", "logistic_regression", "random_forest"];
        var task = new LearningTask(schema, [], new(), algorithms, new(Trials: trials), new(500, 60)) { Threads = threads };

        Console.WriteLine($"telco {frame.Rows:N0} rows, {trials} trials, {task.Tune.Folds} folds x {task.Tune.Repeats} repeats, {threads} threads, {Environment.ProcessorCount} cores");
        Console.WriteLine("stage | wall s | cpu s | result");
        var preparation = Measure("prepare", () => Training.Prepare(frame, task).Value, p => $"{p.TrainRows} training rows, {p.TestRows} test rows, prior {p.Prior:0.0000}");
        var baseline = Measure("baseline", () => Training.FitBaseline(preparation, default), b => $"{b.Name}: roc_auc {b.CrossValidated["roc_auc"]:0.0000}");
        foreach (var algorithm in algorithms)
        {
            var candidate = Measure($"train {algorithm}", () => Training.Train(preparation, algorithm, null, default).Value, c =>
                $"roc_auc {c.CrossValidated["roc_auc"].Mean:0.0000} ± {c.CrossValidated["roc_auc"].Deviation:0.0000}, log_loss {c.CrossValidated["log_loss"].Mean:0.0000}; "
                + $"{c.Trials.Count} trials, {string.Join(" ", c.Params.Select(p => $"{p.Key}={p.Value:0.###}"))}");
            Measure($"evaluate {algorithm}", () => Training.Evaluate(preparation, candidate, baseline), e =>
                $"test roc_auc {e.Metrics["roc_auc"]:0.0000}, out-of-fold roc_auc {e.OutOfFold["roc_auc"]:0.0000}, threshold {e.Threshold:0.000}; {e.SignalDetail}");
        }
    }

    private static T Measure<T>(string stage, Func<T> work, Func<T, string> say)
    {
        var (wall, cpu) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
        var result = work();
        Console.WriteLine($"{stage} | {wall.Elapsed.TotalSeconds:0.00} | {(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds:0.00} | {say(result)}");
        return result;
    }

    private static int Option(string[] options, string name, int otherwise) =>
        Array.IndexOf(options, name) is >= 0 and var at && at + 1 < options.Length && int.TryParse(options[at + 1], out var value) ? value : otherwise;
}

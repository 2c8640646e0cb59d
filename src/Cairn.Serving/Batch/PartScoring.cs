using System.Collections.Concurrent;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Storage;

namespace Cairn.Serving.Batch;

/// <summary>All parts of a batch on all processors: each worker has an engine of its own and takes the next part that is not finished.</summary>
internal sealed class PartScoring(Analytics analytics, Predictor predictor, BatchPlan plan, PartFolder parts, PartLog? log, Action<long> progress)
{
    private const int WorkerMegabytes = 512;
    private const int MostProblems = 50;

    private readonly ConcurrentQueue<int> _waiting = new();
    private readonly Lock _lock = new();
    private readonly List<FieldProblem> _problems = [];
    private long _rows, _scored, _rejected, _broken;
    private int _reused;
    private volatile bool _refused;

    public async Task<Answer<BatchTally>> Run(CancellationToken cancellation)
    {
        parts.Prepare();
        for (var part = 0; part < plan.Source.Stretches.Count; part++)
        {
            if (parts.Finished(part) is not { } finished)
            {
                _waiting.Enqueue(part);
                continue;
            }

            _reused++;
            Count(finished);
        }

        var options = new AnalyticsOptions { Threads = 1, MemoryMegabytes = WorkerMegabytes, Folder = parts.Folder };
        IReadOnlyList<string> files = [.. plan.Source.Files.Select(file => file.Path)];
        var workers = Enumerable.Range(0, Math.Min(Environment.ProcessorCount, _waiting.Count)).Select(_ => analytics.Run(files, Work, cancellation, options)).ToList();
        await Task.WhenAll(workers);

        if (plan.Source.Changed() is { } changed) return changed;
        if (_refused) return Refuse();
        return _rows == plan.Source.Rows
            ? new BatchTally(_rows, _scored, _rejected, plan.Source.Stretches.Count, _reused)
            : throw new InvalidDataException($"{_rows} rows were scored, and the source has {plan.Source.Rows}.");
    }

    private int Work(AnalyticsJob job)
    {
        var logged = log?.Rows();
        var scorer = new StretchScoring(job, predictor, plan, logged);
        var done = 0;
        while (!_refused && _waiting.TryDequeue(out var part))
        {
            var stretch = plan.Source.Stretches[part];
            var (written, rejects) = (Path.Combine(job.Folder, "answers"), Path.Combine(job.Folder, "rejects"));
            var waiting = Path.Combine(job.Folder, "log");
            long rejected;
            try
            {
                logged?.Begin(waiting);
                rejected = scorer.Score(stretch, written, rejects);
            }
            finally
            {
                logged?.End();
            }

            if (rejected > 0 && !plan.Order.SkipInvalid)
            {
                lock (_lock)
                {
                    _refused = true;
                    _broken += rejected;
                    _problems.AddRange(scorer.Problems.Take(MostProblems).Select(problem => new FieldProblem($"row {stretch.FirstRow + problem.Row + 1} {problem.Input}", problem.Found!, problem.Expected)));
                }

                break;
            }

            if (log is not null) DurableFile.Put(waiting, BatchLog.FileOf(log.Folder, part)); // before the part is finished
            Count(parts.Finish(part, written, rejected > 0 ? rejects : null, stretch.Rows, rejected));
            done++;
        }

        return done;
    }

    private void Count(PartRecord part)
    {
        lock (_lock)
        {
            _rows += part.Rows;
            _scored += part.Scored;
            _rejected += part.Rejected;
            progress(_rows);
        }
    }

    private Refusal.Invalid Refuse()
    {
        var first = _problems.Take(3).ToList();
        return new(
            "batch.rows-invalid",
            $"At least {_broken:N0} {(_broken == 1 ? "row does" : "rows do")} not keep the contract of {plan.Order.Model.Model}, so nothing was written: {string.Join("; ", first)}. Mend them, or have such rows written to a file of their own (--skip-invalid).")
        {
            Fields = [.. _problems.Take(MostProblems)],
        };
    }
}

/// <summary>How the rows of a batch will be logged.</summary>
/// <param name="Folder">In the file system of the parts.</param>
/// <param name="Rows">One for each thread.</param>
internal sealed record PartLog(string Folder, Func<LoggedRows> Rows);

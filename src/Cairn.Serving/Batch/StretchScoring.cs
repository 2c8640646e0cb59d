using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning;

namespace Cairn.Serving.Batch;

/// <summary>One stretch after the other on one engine: rows are read, scored and written chunk by chunk, and never held. One thread.</summary>
internal sealed class StretchScoring
{
    private const string RejectsTable = "rejects";

    private readonly AnalyticsJob _job;
    private readonly Predictor _predictor;
    private readonly BatchOrder _order;
    private readonly LoggedRows? _log;
    private readonly IReadOnlyList<ColumnContract> _inputs;
    private readonly AnswerColumns _columns;
    private readonly RowReader _reader;
    private readonly PredictorBlock _block;
    private readonly AnalyticsComputation _answers;
    private readonly List<BlockProblem> _problems = [];
    private RowStretch? _stretch;
    private int _done;

    /// <param name="log">Null: nothing goes to the log.</param>
    public StretchScoring(AnalyticsJob job, Predictor predictor, BatchPlan plan, LoggedRows? log)
    {
        (_job, _predictor, _order, _log, _inputs) = (job, predictor, plan.Order, log, log?.Columns ?? predictor.Columns);
        _columns = new(predictor, plan.Order);
        _reader = new(job, plan.Source, _inputs, plan.Order.Keep);
        _block = predictor.NewBlock(AnalyticsCells.Capacity);
        _answers = job.Compute(AnswerColumns.Function, _columns.Computed, Compute);
    }

    /// <value>What broke the contract in the last stretch; 0 is its first row. All of them say what was found.</value>
    public IReadOnlyList<BlockProblem> Problems => _problems;

    /// <summary>Writes two files; the second only when rows are rejected. When those may not be skipped, neither is of use.</summary>
    /// <returns>How many rows break the contract.</returns>
    public long Score(RowStretch stretch, string answers, string rejects)
    {
        (_stretch, _done) = (stretch, 0);
        _problems.Clear();
        _reader.Begin(stretch);
        _answers.Execute(_reader.Query, _inputs.Count, $"COPY ({_columns.Statement}) TO {AnalyticsJob.Text(answers)} {Format}");
        if (_done != stretch.Rows) throw new InvalidDataException($"A stretch has {_done} rows, and {stretch.Rows} were counted in it.");
        if (_problems.Count == 0) return 0;

        Complete();
        var rejected = _problems.Select(problem => problem.Row).Distinct().LongCount();
        if (_order.SkipInvalid) Reject(stretch, rejects);
        return rejected;
    }

    // Parts of one file are put together again: their header comes once.
    private string Format => !_order.Csv ? "(FORMAT parquet)" : _order.Single ? "(FORMAT csv, HEADER false)" : "(FORMAT csv, HEADER true)";

    private void Compute(AnalyticsRows rows, AnalyticsCells cells)
    {
        _block.Read(rows);
        _predictor.Score(_block, cells.Doubles(1));
        var numbers = cells.BigInts(0);
        var valid = cells.Booleans(2)[.._block.Rows];
        for (var i = 0; i < _block.Rows; i++) numbers[i] = _stretch!.FirstRow + _done + i + 1;
        valid.Fill(1);
        foreach (var problem in _block.Problems)
        {
            valid[problem.Row] = 0;
            _problems.Add(problem with { Row = _done + problem.Row });
        }

        if (_log is not null)
        {
            for (var i = 0; i < _block.Rows; i++) cells.Text(AnswerColumns.Id, i, _log.Ids.Of(_stretch!.FirstRow + _done + i + 1).ToString("N"));
            _log.Add(rows, cells.Doubles(1), valid, _stretch!.FirstRow + _done + 1);
        }

        if (_order.Explain > 0) Explain(cells);
        _done += _block.Rows;
    }

    private void Explain(AnalyticsCells cells)
    {
        var first = _columns.FirstReason;
        for (var row = 0; row < _block.Rows; row++)
        {
            var contributions = _predictor.Explain(_block.Features(row)).Contributions;
            for (var k = 0; k < _order.Explain; k++)
            {
                if (k < contributions.Count)
                {
                    cells.Text(first + (2 * k), row, contributions[k].Feature);
                    cells.Doubles(first + 1 + (2 * k))[row] = contributions[k].Contribution;
                    continue;
                }

                cells.Null(first + (2 * k), row);
                cells.Null(first + 1 + (2 * k), row);
            }
        }
    }

    /// <summary>Values that are not of their type: the source knows how they are written.</summary>
    private void Complete()
    {
        foreach (var unread in _problems.Where(problem => problem.Found is null).GroupBy(problem => problem.Input, StringComparer.Ordinal).ToList())
        {
            var texts = _reader.Texts(unread.Key, [.. unread.Select(problem => problem.Row)]);
            for (var i = 0; i < _problems.Count; i++)
            {
                if (_problems[i].Found is null && _problems[i].Input == unread.Key) _problems[i] = _problems[i] with { Found = $"'{texts.GetValueOrDefault(_problems[i].Row)}'" };
            }
        }

        _problems.Sort((a, b) => a.Row.CompareTo(b.Row));
    }

    private void Reject(RowStretch stretch, string path)
    {
        var words = _problems.GroupBy(problem => problem.Row)
            .Select(row => (row.Key, string.Join("; ", row.Select(problem => new FieldProblem(problem.Input, problem.Found!, problem.Expected))))).ToList();
        _job.Execute($"DROP TABLE IF EXISTS {RejectsTable}");
        using (var table = _job.Append(RejectsTable, [new("n", AnalyticsType.BigInt), new("problem", AnalyticsType.Text)]))
        {
            foreach (var chunk in words.Chunk(AnalyticsCells.Capacity))
            {
                for (var i = 0; i < chunk.Length; i++)
                {
                    table.BigInts(0)[i] = chunk[i].Key;
                    table.Text(1, i, chunk[i].Item2);
                }

                table.Add(chunk.Length);
            }

            table.Complete();
        }

        var kept = string.Concat(_order.Keep.Select((_, i) => $", k{i}"));
        var rows = _order.Keep.Count == 0
            ? $"SELECT n + {stretch.FirstRow + 1}, problem FROM {RejectsTable}"
            : $"""
              SELECT n + {stretch.FirstRow + 1}{kept}, problem
              FROM (SELECT row_number() OVER () - 1 AS n, * FROM {_reader.Kept} AS k({kept.TrimStart(',', ' ')})) JOIN {RejectsTable} USING (n)
              """;
        _job.Execute($"COPY ({rows} ORDER BY n) TO {AnalyticsJob.Text(path)} (FORMAT csv, HEADER false)");
    }
}

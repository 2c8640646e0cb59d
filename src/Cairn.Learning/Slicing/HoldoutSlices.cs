using Cairn.Client.Wire;
using Cairn.Learning.Judging;
using Cairn.Learning.Splits;
using Cairn.Learning.Statistics;

namespace Cairn.Learning.Slicing;

/// <summary>Where a model does worse than elsewhere: the test split cut by every feature, each slice against the rest.</summary>
internal static class HoldoutSlices
{
    /// <summary>Cut are those the model looks at most.</summary>
    public const int MostFeatures = 100;

    /// <summary>The chance that any slice at all is called worse or better, by one metric, when none is.</summary>
    public const double Level = 0.05;

    public static SlicesFile Of(Preparation preparation, Candidate candidate, Judged test, double threshold)
    {
        var (schema, rows) = (preparation.Task.Schema, preparation.Test);
        var importance = Importance(candidate);
        var columns = PrepareData.FeatureColumns(preparation.Frame, schema).OrderByDescending(column => importance.GetValueOrDefault(column.Name)).ToList();
        var personal = columns.Where(column => schema.Find(column.Name)!.Pii).ToList();
        var open = columns.Except(personal).ToList();
        List<SliceLeftOut> leftOut =
        [
            .. personal.Select(column => new SliceLeftOut(SliceRule.Clip(column.Name), "personal data: its values would stand in the files of the run")),
            .. open.Skip(MostFeatures).Select(column => new SliceLeftOut(SliceRule.Clip(column.Name), $"the model looks at {MostFeatures} others more")),
        ];

        var judge = new SliceJudge(test.Labels, test.Scores, threshold, preparation.Task.Costs);
        var slices = new Dictionary<(long, ulong), SavedSlice>();
        foreach (var column in open.Take(MostFeatures))
        {
            var cut = FeatureCut.Of(column, schema.Find(column.Name)!.Type, rows);
            if (cut.Rules.Count < 2)
            {
                leftOut.Add(new(SliceRule.Clip(column.Name), "all rows of the test split have the same value"));
                continue;
            }

            // The same rows by another feature are the same slice: it is compared once, under both names.
            foreach (var (slice, marks) in judge.Judge(cut).Zip(Marks(cut)))
            {
                var key = (slice.Rows, marks);
                slices[key] = slices.TryGetValue(key, out var known)
                    ? known with { Features = [.. known.Features, SliceRule.Clip(slice.Feature)], Also = [.. known.Also, slice.Rule.Name] }
                    : new([SliceRule.Clip(slice.Feature)], slice.Rule, [], slice.Rows, slice.Positives, slice.Predicted, slice.Metrics);
            }
        }

        IReadOnlyList<SavedSlice> all = [.. slices.Values];
        foreach (var metric in SliceJudge.Metrics) all = Corrected(all, metric);
        return new(SlicesFile.Newest, test.Labels.Length, test.Labels.Count(label => label > 0.5f), threshold, all, leftOut);
    }

    /// <summary>Verdicts by one metric, corrected for all slices that were compared by it.</summary>
    private static IReadOnlyList<SavedSlice> Corrected(IReadOnlyList<SavedSlice> slices, string metric)
    {
        var corrected = new Queue<double>(Holm.Correct([.. slices.Select(slice => slice.Metrics.GetValueOrDefault(metric)?.P).OfType<double>()]));
        return
        [
            .. slices.Select(slice => slice.Metrics.GetValueOrDefault(metric) is not { P: not null } result ? slice : slice with
            {
                Metrics = new Dictionary<string, SliceMetricWire>(slice.Metrics, StringComparer.Ordinal) { [metric] = Decided(result, metric, corrected.Dequeue()) },
            }),
        ];
    }

    private static SliceMetricWire Decided(SliceMetricWire result, string metric, double p) => result with
    {
        CorrectedP = p, Verdict = p >= Level ? "unclear" : SlicesFile.Worse(result, metric) > 0 ? "worse" : "better",
    };

    /// <summary>A number for the rows of each part: equal for equal rows, whichever feature named them.</summary>
    private static ulong[] Marks(FeatureCut cut)
    {
        var marks = new ulong[cut.Rules.Count];
        for (var i = 0; i < cut.Part.Length; i++) marks[cut.Part[i]] += SplitMix64.Mix((ulong)i, 0);
        return marks;
    }

    private static Dictionary<string, double> Importance(Candidate candidate)
    {
        var pipeline = candidate.Pipeline;
        return candidate.Model.Importance(pipeline.Features.Count).Zip(pipeline.SourceOf)
            .GroupBy(feature => pipeline.Steps[feature.Second].Source, feature => feature.First, StringComparer.Ordinal)
            .ToDictionary(source => source.Key, source => source.Sum(), StringComparer.Ordinal);
    }
}

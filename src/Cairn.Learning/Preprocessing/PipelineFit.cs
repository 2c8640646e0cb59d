using Cairn.Data;

namespace Cairn.Learning.Preprocessing;

/// <summary>Chooses inputs, levels, encodings and scales by looking at the training rows, and at nothing else.</summary>
internal static class PipelineFit
{
    /// <summary>A category with more levels than this is one number (its place by frequency), not one feature for each level.</summary>
    public const int OneHotLevels = 32;

    private static readonly double Shrink = Math.ScaleB(1, -600);

    public static Pipeline Run(Frame frame, ReadOnlySpan<int> rows, Schema schema, IReadOnlyList<Transform> transforms, bool dense)
    {
        if (rows.IsEmpty) throw new ArgumentException("A pipeline cannot be fitted on no rows.", nameof(rows));

        var columns = schema.Columns.Where(c => c.Name != schema.Key && c.Name != schema.Target?.Column && c.Type != ColumnType.Text && c.AtPrediction).ToList();
        var seen = LevelsSeen(frame, rows, columns);
        var inputs = new List<PipelineInput>();
        foreach (var column in columns) inputs.Add(new(column.Name, column.Type, SawMissing: AnyMissing(frame[column.Name], rows)));
        var texts = Texts(columns, seen, ParsedTransform.Of(inputs, transforms));

        var draft = new Pipeline(dense, inputs, transforms, texts, [], []);
        var (steps, dropped) = Steps(draft, frame, rows);

        var (neededInputs, neededTransforms) = Needed(inputs, transforms, steps);
        texts = Texts([.. columns.Where(c => neededInputs.Exists(i => i.Name == c.Name))], seen, ParsedTransform.Of(neededInputs, neededTransforms));
        return new(dense, neededInputs, neededTransforms, texts, steps, dropped);
    }

    private static (List<FeatureStep> Steps, List<DroppedColumn> Dropped) Steps(Pipeline draft, Frame frame, ReadOnlySpan<int> rows)
    {
        var source = new FrameSlots(frame, draft.Inputs, draft.Texts);
        var derived = Derived(draft, source, rows);
        var (steps, dropped) = (new List<FeatureStep>(), new List<DroppedColumn>());

        void Add(string name, ExpressionType type, double[] values)
        {
            var step = type == ExpressionType.Category ? Category(name, values, draft.Texts, draft.Dense) : Number(name, values, draft.Dense);
            if (step.Step is not null) steps.Add(step.Step);
            else dropped.Add(new(name, step.Reason));
        }

        for (var slot = 0; slot < draft.Inputs.Count; slot++)
        {
            var input = draft.Inputs[slot];
            if (input.Type == ColumnType.Timestamp)
            {
                dropped.Add(new(input.Name, "a timestamp is a feature only by way of a transform"));
                continue;
            }

            var values = new double[rows.Length];
            for (var i = 0; i < rows.Length; i++) values[i] = source[rows[i], slot];
            Add(input.Name, ParsedTransform.TypeOf(input.Type), values);
        }

        var parsed = ParsedTransform.Of(draft.Inputs, draft.Transforms);
        for (var i = 0; i < parsed.Count; i++) Add(parsed[i].Name, parsed[i].Expression.Type, derived[i]);
        return (steps, dropped);
    }

    /// <summary>The transforms of all training rows, one array for each.</summary>
    private static double[][] Derived(Pipeline draft, FrameSlots source, ReadOnlySpan<int> rows)
    {
        var derived = new double[draft.Transforms.Count][];
        for (var t = 0; t < derived.Length; t++) derived[t] = new double[rows.Length];
        if (derived.Length == 0) return derived;

        var slots = new double[draft.Slots];
        for (var i = 0; i < rows.Length; i++)
        {
            source.Fill(rows[i], slots);
            draft.Derive(slots);
            for (var t = 0; t < derived.Length; t++) derived[t][i] = slots[draft.Inputs.Count + t];
        }

        return derived;
    }

    private static (FeatureStep? Step, string Reason) Number(string name, double[] values, bool dense)
    {
        var present = Array.FindAll(values, double.IsFinite);
        var anyMissing = present.Length < values.Length;
        if (present.Length == 0) return (null, "no training row has a value");
        if (!anyMissing && Array.TrueForAll(present, v => v == present[0])) return (null, "every training row has the same value");

        return (new(name, FeatureKind.Number, [], MissingFeature: dense && anyMissing, dense ? Scale(present, values.Length - present.Length) : null), "");
    }

    private static (FeatureStep? Step, string Reason) Category(string name, double[] codes, TextTable texts, bool dense)
    {
        var counts = new long[texts.Texts.Count];
        var missing = 0;
        foreach (var code in codes)
        {
            if (code >= 0) counts[(int)code]++;
            else missing++;
        }

        var seen = Enumerable.Range(0, counts.Length).Where(code => counts[code] > 0).ToList();
        if (seen.Count == 0) return (null, "no training row has a value");
        if (seen.Count == 1 && missing == 0) return (null, "every training row has the same value");

        if (seen.Count <= OneHotLevels) return (new(name, FeatureKind.OneHot, seen.ConvertAll(code => texts.Texts[code]), MissingFeature: missing > 0, null), "");

        var byFrequency = seen.OrderByDescending(code => counts[code]).ThenBy(code => code).ToList(); // codes stand in ordinal order of their texts
        var place = new double[counts.Length];
        for (var i = 0; i < byFrequency.Count; i++) place[byFrequency[i]] = i;
        var present = Array.ConvertAll(Array.FindAll(codes, code => code >= 0), code => place[(int)code]);
        return (new(name, FeatureKind.Ordinal, byFrequency.ConvertAll(code => texts.Texts[code]), MissingFeature: dense && missing > 0, dense ? Scale(present, missing) : null), "");
    }

    /// <summary>Median of the values there are; mean and population deviation after imputing it. Sums in row order.</summary>
    private static Scaling Scale(double[] present, int missing)
    {
        var sorted = (double[])present.Clone();
        Array.Sort(sorted);
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2;

        double count = present.Length + missing;
        var sum = missing * median;
        foreach (var value in present) sum += value;
        var mean = sum / count;

        var squares = missing * (median - mean) * (median - mean);
        foreach (var value in present) squares += (value - mean) * (value - mean);
        if (!double.IsFinite(squares)) // values near the largest double: a power of two less, and back
        {
            var small = Scale(Array.ConvertAll(present, value => value * Shrink), missing);
            return new(small.Median / Shrink, small.Mean / Shrink, small.Deviation / Shrink);
        }

        var deviation = Math.Sqrt(squares / count);
        return new(median, mean, deviation > 0 ? deviation : 1);
    }

    /// <summary>Every text a slot can hold or a transform names, in ordinal order: training levels, the contract's categories, literals.</summary>
    private static List<string> Texts(List<ColumnContract> columns, Dictionary<string, SortedSet<string>> seen, IReadOnlyList<ParsedTransform> transforms)
    {
        var texts = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var column in columns.Where(c => c.Type == ColumnType.Category))
        {
            texts.UnionWith(seen[column.Name]);
            texts.UnionWith(column.Categories ?? []);
        }

        foreach (var transform in transforms)
        {
            texts.UnionWith(transform.Expression.Levels);
            _ = transform.Expression.Compile(_ => 0, Collected); // asks for every literal it compares with
        }

        return [.. texts];

        int Collected(string text)
        {
            texts.Add(text);
            return 0;
        }
    }

    private static Dictionary<string, SortedSet<string>> LevelsSeen(Frame frame, ReadOnlySpan<int> rows, List<ColumnContract> columns)
    {
        var levels = new Dictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var column in columns.Where(c => c.Type == ColumnType.Category))
        {
            var seen = levels[column.Name] = new(StringComparer.Ordinal);
            if (frame[column.Name] is CategoryColumn categories)
            {
                var used = new bool[categories.Levels.Count];
                foreach (var row in rows) if (categories.Codes[row] >= 0) used[categories.Codes[row]] = true;
                for (var code = 0; code < used.Length; code++) if (used[code]) seen.Add(categories.Levels[code]);
            }
            else if (frame[column.Name] is TextColumn text)
            {
                foreach (var row in rows) if (text.Values[row] is { } value) seen.Add(value);
            }
        }

        return levels;
    }

    private static bool AnyMissing(FrameColumn column, ReadOnlySpan<int> rows)
    {
        foreach (var row in rows)
        {
            var missing = column switch
            {
                NumberColumn numbers => double.IsNaN(numbers.Values[row]),
                CategoryColumn categories => categories.Codes[row] < 0,
                TextColumn text => text.Values[row] is null,
                _ => false,
            };
            if (missing) return true;
        }

        return false;
    }

    /// <summary>Leaves out transforms that no feature stands on, then inputs that neither a feature nor a transform stands on.</summary>
    private static (List<PipelineInput> Inputs, List<Transform> Transforms) Needed(
        List<PipelineInput> inputs, IReadOnlyList<Transform> transforms, List<FeatureStep> steps)
    {
        var needed = steps.Select(step => step.Source).ToHashSet(StringComparer.Ordinal);
        var parsed = ParsedTransform.Of(inputs, transforms);
        for (var i = parsed.Count - 1; i >= 0; i--) // a transform reads only what stands before it
        {
            if (needed.Contains(parsed[i].Name)) needed.UnionWith(parsed[i].Expression.Columns);
        }

        return ([.. inputs.Where(input => needed.Contains(input.Name))], [.. transforms.Where(transform => needed.Contains(transform.Name))]);
    }
}

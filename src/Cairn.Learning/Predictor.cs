using System.Buffers;
using System.Text.Json;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning.Models;
using Cairn.Learning.Packages;
using Cairn.Learning.Preprocessing;
using Cairn.Tracking;

namespace Cairn.Learning;

/// <summary>A loaded model: immutable, one copy for all threads. Same row, same bits, on any machine.</summary>
public sealed class Predictor
{
    private readonly Pipeline _pipeline;
    private readonly FittedModel _model;
    private readonly CompiledPlan _plan;
    private readonly ModelDescription _description;

    private readonly IReadOnlySet<ulong>? _holdoutKeys;
    private readonly long _contractBytes;

    /// <param name="holdoutKeys">Null: it only serves.</param>
    /// <param name="example">A value of each input; what it lacks has none.</param>
    internal Predictor(
        Digest package, ModelDescription description, Schema schema, Pipeline pipeline, FittedModel model, IReadOnlySet<ulong>? holdoutKeys, IReadOnlyDictionary<string, JsonElement>? example = null)
    {
        (Package, _description, _pipeline, _model, _holdoutKeys) = (package, description, pipeline, model, holdoutKeys);
        _plan = new(pipeline, schema);
        Key = schema.Key;
        Inputs = [.. _plan.Rules.Select(rule => rule.Wire).Select(input => schema.Find(input.Name) is not { Pii: true } && example?.TryGetValue(input.Name, out var value) is true ? input with { Example = value } : input)];
        Layout = _plan.Layout;
        Personal = new(pipeline, schema, Layout);
        _contractBytes = 4_000 + (700L * Inputs.Count) + (300L * Features.Count) + pipeline.Texts.Texts.Sum(text => 200L + (6 * text.Length));
        Columns = [.. _plan.Rules.Select(rule => new ColumnContract(rule.Name, rule.Type, !rule.Required))];
    }

    /// <summary>Builds the compiled plan and scores the golden rows: different bits are the refusal <c>package.golden-rows</c>.</summary>
    /// <param name="toServe">True: without what only gates ask of a model, which can be most of it.</param>
    public static Answer<Predictor> Load(OpenedPackage package, bool toServe = false)
    {
        ArgumentNullException.ThrowIfNull(package);
        return PackageReader.Read(package, toServe);
    }

    /// <summary>The requests of the golden rows, as JSON objects: what is answered before anybody asks, so that the first who does need not wait.</summary>
    /// <param name="package">One that was loaded.</param>
    public static IReadOnlyList<byte[]> Rehearsal(OpenedPackage package)
    {
        ArgumentNullException.ThrowIfNull(package);
        return GoldenRows.Requests(package.Files[PackageFiles.GoldenRows]);
    }

    public Digest Package { get; }

    public string Algorithm => _model.Algorithm;

    /// <value>What a row has to carry, in the order of the schema.</value>
    public IReadOnlyList<InputFieldWire> Inputs { get; }

    /// <value>The inputs as columns of a file: a column that is not nullable has to be there.</value>
    public IReadOnlyList<ColumnContract> Columns { get; }

    public IReadOnlyList<string> Features => _pipeline.Features;

    /// <value>How to read what <see cref="PredictorRow.PackInputs"/> writes.</value>
    public InputLayout Layout { get; }

    /// <value>What of a logged row is personal data.</value>
    public PersonalParts Personal { get; }

    /// <value>The key of the contract: which member of a request says whom a row is about; null when there is none.</value>
    public string? Key { get; }

    public double Threshold => _description.Threshold;

    public string Positive => _description.Positive;

    public string Negative => _description.Negative;

    /// <value>Of the arithmetic between feature vector and answer: logged, so that a replay knows what it repeats.</value>
    public static int EvaluatorVersion => FlatTrees.EvaluatorVersion;

    /// <summary>False: this binary cannot repeat answers of that arithmetic; it was made before it.</summary>
    public static bool HasEvaluator(long version) => version is >= 1 and <= FlatTrees.EvaluatorVersion;

    /// <value>Row keys of the test split this model was judged on: a challenger is compared with it on rows both have never seen.</value>
    internal IReadOnlySet<ulong> HoldoutKeys => _holdoutKeys ?? throw new InvalidOperationException("The model was loaded to serve and does not know the rows it was judged on.");

    /// <value>
    /// What it takes of the memory with the buffers of one row: the model to the byte, its contract by a rule of thumb that a test holds against the heap.
    /// </value>
    public long Bytes => _model.Bytes + _contractBytes;

    internal FittedModel Model => _model;

    /// <summary>How to ask this model what was asked of the one whose rows have that layout.</summary>
    /// <param name="own">This model itself answered those rows: a text too long for the log is then one that it does not know.</param>
    public InputTranslation Translate(InputLayout from, bool own = false)
    {
        ArgumentNullException.ThrowIfNull(from);
        return new(_pipeline, _plan.Rules, from, own);
    }

    /// <summary>Buffers for one row; reuse it, one thread at a time.</summary>
    public PredictorRow NewRow() => _plan.NewRow();

    /// <summary>Buffers for many rows of a file.</summary>
    public PredictorBlock NewBlock(int capacity) => new(_pipeline, _plan.Rules, capacity);

    /// <summary>Probabilities of the positive class for all rows of the block, each with the bits that the row has alone.</summary>
    public void Score(PredictorBlock block, Span<double> scores)
    {
        ArgumentNullException.ThrowIfNull(block);
        _model.Score(block.Matrix, scores[..block.Rows]);
    }

    /// <summary>
    /// Reads one JSON object into the feature vector. The reader stands on its <c>{</c> and ends on its <c>}</c>. Unknown members
    /// are ignored; a missing required one, one given twice, a wrong type, an unknown category or a value out of range is
    /// refused by the contract, all of them in one refusal <c>predict.row-invalid</c>.
    /// </summary>
    /// <param name="path">Where the row stands in the request, for messages: <c>$</c>, <c>$.rows[3]</c>.</param>
    /// <exception cref="JsonException">The bytes are not JSON: as from the reader itself.</exception>
    public Refusal? Read(ref Utf8JsonReader json, PredictorRow row, string path)
    {
        ArgumentNullException.ThrowIfNull(row);
        return _plan.Read(ref json, row, path);
    }

    /// <summary>Probability of the positive class. Allocates nothing.</summary>
    public double Score(PredictorRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return _model.Score(row.Vector);
    }

    /// <summary>The answer to a logged feature vector: replay.</summary>
    public double Score(ReadOnlySpan<float> features) => _model.Score(features);

    /// <summary>The answers to feature vectors that stand one behind the other, each with the bits that it has alone.</summary>
    public void Score(ReadOnlySpan<float> features, Span<double> scores) => _model.Score(features, scores);

    /// <summary>How far each input column or transform moved the answer from the base value, largest first.</summary>
    public ExplanationWire Explain(PredictorRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Explain(row.Vector);
    }

    /// <inheritdoc cref="Explain(PredictorRow)"/>
    /// <param name="features">A feature vector, as it was logged.</param>
    public ExplanationWire Explain(ReadOnlySpan<float> features)
    {
        var byFeature = new double[features.Length];
        var baseValue = _model.Explain(features, byFeature);

        var bySource = new double[_pipeline.Steps.Count];
        for (var i = 0; i < byFeature.Length; i++) bySource[_pipeline.SourceOf[i]] += byFeature[i];
        var contributions = bySource.Select((value, step) => new ContributionWire(_pipeline.Steps[step].Source, value))
            .OrderByDescending(c => Math.Abs(c.Contribution)).ThenBy(c => c.Feature, StringComparer.Ordinal);
        return new(baseValue, _model.ExplanationUnit, [.. contributions]);
    }

    /// <summary>Inputs whose column in the frame is of another kind than the model was trained on: such a frame cannot be scored.</summary>
    internal IReadOnlyList<string> Unreadable(Frame frame) => [.. _pipeline.Inputs.Where(input => !FrameSlots.Fits(frame[input.Name], input)).Select(input => input.Name)];

    /// <summary>All rows of a frame, through the same evaluator.</summary>
    public double[] Score(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return _model.Score(_pipeline.Apply(frame, [.. Enumerable.Range(0, frame.Rows)]));
    }
}

/// <summary>The buffers of one row: raw inputs and the float32 feature vector.</summary>
public sealed class PredictorRow
{
    private readonly bool[] _isText;
    private readonly UnknownTexts _texts;
    private byte[] _packed = [];

    // An escape is six bytes for one of the text.
    private readonly byte[] _entity = new byte[6 * LongestEntity];
    private int _entityLength;

    /// <param name="isText">For each input and then for each other column of the contract.</param>
    internal PredictorRow(int slots, int features, int inputs, bool[] isText)
    {
        (Slots, Vector, Seen, Others) = (new double[slots], new float[features], new bool[inputs], new double[isText.Length - inputs]);
        (_isText, _texts) = (isText, new(isText.Length));
    }

    /// <value>Inputs in schema order, then transforms.</value>
    internal double[] Slots { get; }

    internal float[] Vector { get; }

    /// <value>Columns of the contract that the model does not use; kept for the log.</value>
    internal double[] Others { get; }

    /// <value>Which inputs the row has carried.</value>
    internal bool[] Seen { get; }

    /// <value>What the model saw: the feature vector, for the log.</value>
    public ReadOnlySpan<float> Features => Vector;

    /// <value>The member that says whom a row is about, UTF-8; empty: none is looked for.</value>
    public byte[] EntityName { get; set; } = [];

    /// <value>Whom the row is about, UTF-8; empty when it does not say.</value>
    public ReadOnlySpan<byte> Entity => _entity.AsSpan(0, _entityLength);

    /// <summary>The raw inputs, for the log: see <see cref="Predictor.Layout"/>. Good until the next call.</summary>
    public ReadOnlySpan<byte> PackInputs()
    {
        if (_packed.Length == 0) _packed = new byte[InputBytes.Most(_isText.Length)];
        return _packed.AsSpan(0, InputBytes.Write(_packed, Slots.AsSpan(0, Seen.Length), Others, _isText, _texts));
    }

    internal const int LongestEntity = 200;

    internal static readonly string ExpectedEntity = $"a text of 1 to {LongestEntity} bytes without U+0000, a number or null";

    internal void Reset(int inputs)
    {
        Array.Fill(Slots, double.NaN, 0, inputs);
        Array.Fill(Others, double.NaN);
        Array.Clear(Seen);
        _texts.Clear();
        _entityLength = 0;
    }

    /// <param name="input">An input, or behind them another column of the contract.</param>
    /// <param name="code">Of the text in the table of the pipeline; -1: it is not there.</param>
    internal void TakeText(int input, int code, ref Utf8JsonReader json)
    {
        var value = code >= 0 ? code : FrameSlots.UnknownText;
        if (input < Seen.Length) Slots[input] = value;
        else Others[input - Seen.Length] = value;
        if (code < 0) _texts.Keep(input, ref json);
    }

    /// <returns>False: no value that can name somebody.</returns>
    internal bool TakeEntity(ref Utf8JsonReader json)
    {
        var length = json.HasValueSequence ? json.ValueSequence.Length : json.ValueSpan.Length;
        switch (json.TokenType)
        {
            case JsonTokenType.Null:
                return true;
            case JsonTokenType.Number when length <= LongestEntity:
                _entityLength = (int)length;
                if (json.HasValueSequence) json.ValueSequence.CopyTo(_entity);
                else json.ValueSpan.CopyTo(_entity);
                return true;
            case JsonTokenType.String when length <= _entity.Length:
                _entityLength = json.CopyString(_entity);
                return _entityLength is > 0 and <= LongestEntity && !Entity.Contains((byte)0);
            default:
                return false;
        }
    }
}

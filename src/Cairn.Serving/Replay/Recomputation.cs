using System.Globalization;
using System.Runtime.InteropServices;
using Cairn.Client.Wire;
using Cairn.Learning;
using Cairn.Serving.Log;

namespace Cairn.Serving.Replay;

/// <summary>
/// Recomputes rows of one source and compares bit for bit: the raw inputs must give the logged feature vector, the vector the logged
/// probability, and that the same class. One thread at a time.
/// </summary>
internal sealed class Recomputation(LogSourceRow source, Predictor predictor)
{
    private const string Unreadable = "cannot be read";

    private readonly InputTranslation _asked = predictor.Translate(InputLayout.Read(source.Inputs), own: true);
    private readonly PredictorRow _row = predictor.NewRow();

    public Recomputed Run(LogRecord record)
    {
        if (record.IsErased) return Recomputed.WasErased;
        if (record.Features.Length != predictor.Features.Count)
        {
            return Recomputed.From([new("features", $"{record.Features.Length} of them", $"{predictor.Features.Count} of them")], null,
                $"The log has {record.Features.Length} features, the model takes {predictor.Features.Count}. The record was altered.");
        }

        var problem = record.Inputs.Length > 0 ? Encode(record.Inputs) : null;
        if (problem is { Sealed: true }) return Recomputed.WasErased;
        var hasVector = record.Inputs.Length > 0 && problem is null;
        ReadOnlySpan<float> vector = hasVector ? _row.Features : record.Features;
        var probability = predictor.Score(vector);
        if (problem is null && SameBits(vector, record.Features) && SameBits(probability, record.Probability) && Class(probability) == StoredClass(record)) return Recomputed.TheSame(probability);

        var differences = new List<ReplayDifferenceWire>();
        if (problem is not null) differences.Add(new("inputs", "as logged", problem.ToString()));
        for (var i = 0; i < vector.Length; i++)
        {
            var (before, now) = (record.Features[i], vector[i]);
            if (Bits(before) != Bits(now)) differences.Add(new(predictor.Features[i], Text(before), Text(now), Bits(before), Bits(now)));
        }

        var vectorDiffers = differences.Count > 0 && problem is null;
        if (!SameBits(probability, record.Probability)) differences.Add(new("probability", Text(record.Probability), Text(probability), Bits(record.Probability), Bits(probability)));
        if (Class(probability) != StoredClass(record)) differences.Add(new("prediction", StoredClass(record), Class(probability)));
        return Recomputed.From(differences, probability, Detail(record, differences, problem, vectorDiffers, probability));
    }

    public string Class(double probability) => probability >= predictor.Threshold ? predictor.Positive : predictor.Negative;

    public static string Bits(double value) => BitConverter.DoubleToUInt64Bits(value).ToString("x16", CultureInfo.InvariantCulture);

    private string StoredClass(LogRecord record) => LoggedPrediction.ClassOf(record, source);

    /// <returns>Null: the row has the vector.</returns>
    private UnreadInput? Encode(byte[] inputs)
    {
        try
        {
            return _asked.Read(inputs, _row);
        }
        catch (InvalidDataException e)
        {
            return new("inputs", $"{Unreadable}: {e.Message}");
        }
    }

    /// <summary>Says which of inputs, vector and answer does not fit the other two.</summary>
    private string Detail(LogRecord record, List<ReplayDifferenceWire> differences, UnreadInput? problem, bool vectorDiffers, double probability)
    {
        if (problem is not null) return $"What was asked cannot be asked again: {problem}. The record was altered.";
        if (!vectorDiffers) return "The logged features do not give the logged answer.";
        var names = string.Join(", ", differences.Where(d => d.What is not ("probability" or "prediction")).Select(d => d.What).Take(5));
        return (SameBits(probability, record.Probability), SameBits(predictor.Score(record.Features), record.Probability)) switch
        {
            (true, _) => $"What was asked gives the logged answer, but other features than logged: {names}.",
            (_, true) => $"The logged features give the logged answer, but what was asked gives other features: {names}.",
            _ => $"Neither what was asked nor the logged features give the logged answer; they differ in {names}.",
        };
    }

    private static bool SameBits(double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b);

    private static bool SameBits(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => MemoryMarshal.AsBytes(a).SequenceEqual(MemoryMarshal.AsBytes(b));

    private static string Bits(float value) => BitConverter.SingleToUInt32Bits(value).ToString("x8", CultureInfo.InvariantCulture);

    private static string Text(double value) => double.IsNaN(value) ? "missing" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Text(float value) => float.IsNaN(value) ? "missing" : value.ToString("R", CultureInfo.InvariantCulture);
}

/// <param name="Probability">Null: nothing came out.</param>
internal sealed record Recomputed(string Result, double? Probability, IReadOnlyList<ReplayDifferenceWire> Differences, string Detail)
{
    public static readonly Recomputed WasErased = new(ReplayWire.Erased, null, [], "It was made from personal data that is erased: the key is gone, and so is the answer.");

    private const string AllSame = "Features, probability and class have the bits they had.";

    public static Recomputed TheSame(double probability) => new(ReplayWire.IsSame, probability, [], AllSame);

    public static Recomputed From(IReadOnlyList<ReplayDifferenceWire> differences, double? probability, string detail) => new(ReplayWire.IsDifferent, probability, differences, detail);

    public static Recomputed Not(Kernel.Refusal refusal) => new(
        refusal.Code switch
        {
            "replay.evaluator-unknown" => ReplayWire.EvaluatorUnknown,
            "package.missing" => ReplayWire.PackageMissing,
            _ => ReplayWire.PackageRefused,
        },
        null, [], refusal.Detail);
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Cairn.Client;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning.Models;
using Cairn.Learning.Preprocessing;

namespace Cairn.Learning.Packages;

/// <summary>What a package is made of.</summary>
/// <param name="Holdout">Rows of the frame that the model was judged on and never fitted on.</param>
/// <param name="CreatedAt">Microseconds UTC.</param>
internal sealed record PackageContent(
    Pipeline Pipeline, FittedModel Model, Schema Schema, Frame Frame, int[] Holdout, double Threshold, string ModelName, string RunId, long CreatedAt);

/// <summary>Writes an MLflow model folder. Same content, same bytes.</summary>
internal static class PackageWriter
{
    public static IReadOnlyDictionary<string, byte[]> Write(PackageContent content)
    {
        var target = content.Schema.Target ?? throw new ArgumentException("The schema names no target.", nameof(content));
        var (modelFile, modelBytes) = content.Model.Save();
        var description = new ModelDescription(
            content.Model.Algorithm, modelFile, content.Threshold, target.Positive, Negative(content.Frame[target.Column], target.Positive), FlatTrees.EvaluatorVersion);

        // The golden rows are made with what a reader will have: pipeline and model as they were written.
        var (pipelineBytes, holdoutKeys) = (content.Pipeline.Save(), HoldoutFile.Keys(content));
        var predictor = new Predictor(default, description, content.Schema, Pipeline.Load(pipelineBytes), FittedModel.Load(content.Model.Algorithm, modelBytes), holdoutKeys);
        var requests = ExampleRows.Write(predictor.Inputs, content.Frame, content.Holdout);

        var mark = new PackageMark(content.ModelName, Uuid(content.RunId, modelBytes), content.RunId, Time.FromMicros(content.CreatedAt));
        return new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [ModelDescription.FileName] = description.Write(
                mark, MlflowSignature.Inputs(predictor.Inputs), MlflowSignature.Outputs, content.Model is TreeModel ? XgboostLibrary.Version : null),
            [modelFile] = modelBytes,
            [PackageFiles.Pipeline] = pipelineBytes,
            [PackageFiles.Schema] = JsonSerializer.SerializeToUtf8Bytes(content.Schema, CairnJson.Options),
            [PackageFiles.InputExample] = MlflowSignature.Example(predictor.Inputs, requests[0]),
            [PackageFiles.GoldenRows] = GoldenRows.Write(predictor, requests),
            [PackageFiles.Holdout] = HoldoutFile.Write(holdoutKeys),
        };
    }

    /// <summary>When a run with a UUIDv7 began, in microseconds UTC; 0 for an id that holds no time.</summary>
    public static long TimeOf(string runId) =>
        Uuid7.TryParse(runId, out var id) && Uuid7.TimeOf(id) is { } milliseconds ? milliseconds * 1000 : 0;

    /// <summary>The other class as it stands in the data; with more than two classes, that it is not the positive one.</summary>
    private static string Negative(FrameColumn target, string positive)
    {
        string[] others = target switch
        {
            CategoryColumn categories => [.. categories.Levels.Where(level => level != positive)],
            TextColumn text => [.. text.Values.OfType<string>().Distinct(StringComparer.Ordinal).Where(value => value != positive).Take(2)],
            NumberColumn when bool.TryParse(positive, out var truth) => [truth ? "false" : "true"],
            NumberColumn numbers => [.. numbers.Values.Where(double.IsFinite).Distinct().Select(v => v.ToString("R", CultureInfo.InvariantCulture)).Where(v => v != positive).Take(2)],
            _ => [],
        };
        return others.Length == 1 ? others[0] : $"not {positive}";
    }

    private static string Uuid(string runId, byte[] model) => Digest.Of([.. Encoding.UTF8.GetBytes(runId), .. model]).Hex[..32];
}

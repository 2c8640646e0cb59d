using System.Globalization;
using System.Text;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cairn.Learning.Packages;

/// <summary>The flavor <c>cairn</c> of <c>MLmodel</c>: what the files are and how to read an answer.</summary>
/// <param name="Model">Name of the model file.</param>
/// <param name="Evaluator">Version of the arithmetic that made the golden rows.</param>
internal sealed record ModelDescription(string Algorithm, string Model, double Threshold, string Positive, string Negative, int Evaluator)
{
    public const string FileName = "MLmodel";

    public const int Format = 1;

    /// <summary>YAML with its keys in a fixed order. Every text is written as a JSON string, which is YAML too.</summary>
    public byte[] Write(PackageMark mark, string signatureInputs, string signatureOutputs, string? xgboostVersion)
    {
        var yaml = new StringBuilder();
        void Line(string line) => yaml.Append(line).Append('\n');

        Line($"artifact_path: {Quote(mark.ModelName)}");
        Line("flavors:");
        Line("  cairn:");
        Line($"    algorithm: {Quote(Algorithm)}");
        Line($"    evaluator: {Evaluator}");
        Line($"    format: {Format}");
        Line($"    model: {Quote(Model)}");
        Line($"    negative: {Quote(Negative)}");
        Line($"    pipeline: {Quote(PackageFiles.Pipeline)}");
        Line($"    positive: {Quote(Positive)}");
        Line($"    threshold: {Threshold.ToString("R", CultureInfo.InvariantCulture)}");
        if (xgboostVersion is not null)
        {
            Line("  xgboost:");
            Line("    code: null");
            Line($"    data: {Quote(Model)}");
            Line("    model_class: xgboost.core.Booster");
            Line("    model_format: ubj");
            Line($"    xgb_version: {Quote(xgboostVersion)}");
        }

        Line($"model_uuid: {Quote(mark.ModelUuid)}");
        Line($"run_id: {Quote(mark.RunId)}");
        Line("saved_input_example_info:");
        Line($"  artifact_path: {PackageFiles.InputExample}");
        Line("  pandas_orient: split");
        Line("  type: dataframe");
        Line("signature:");
        Line($"  inputs: {Quote(signatureInputs)}");
        Line($"  outputs: {Quote(signatureOutputs)}");
        Line("  params: null");
        Line($"utc_time_created: {Quote(mark.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture))}");
        return Encoding.UTF8.GetBytes(yaml.ToString());
    }

    /// <exception cref="InvalidDataException">Not an MLmodel with a flavor <c>cairn</c> of a format this binary knows.</exception>
    public static ModelDescription Read(ReadOnlySpan<byte> yaml)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(Encoding.UTF8.GetString(yaml)));
            var flavor = Child(Child(stream.Documents[0].RootNode, "flavors"), "cairn");
            string Text(string key) => ((YamlScalarNode)Child(flavor, key)).Value ?? "";

            var format = int.Parse(Text("format"), CultureInfo.InvariantCulture);
            if (format != Format) throw new InvalidDataException($"{FileName} has format {format} of the flavor cairn; this binary reads format {Format}. Update Cairn.");
            return new(
                Text("algorithm"), Text("model"), double.Parse(Text("threshold"), CultureInfo.InvariantCulture), Text("positive"), Text("negative"),
                int.Parse(Text("evaluator"), CultureInfo.InvariantCulture));
        }
        catch (Exception error) when (error is YamlException or FormatException or InvalidCastException or ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException($"{FileName} cannot be read: {error.Message}", error);
        }
    }

    private static YamlNode Child(YamlNode parent, string key) =>
        parent is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(key), out var child)
            ? child
            : throw new InvalidDataException($"{FileName} has no '{key}' where the flavor cairn keeps it.");

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}

/// <summary>What tells one writing of a package from another.</summary>
internal sealed record PackageMark(string ModelName, string ModelUuid, string RunId, DateTimeOffset CreatedAt);

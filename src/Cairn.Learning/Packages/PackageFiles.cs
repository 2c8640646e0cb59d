namespace Cairn.Learning.Packages;

/// <summary>Names of the files in a package; the model file is named by its flavor.</summary>
internal static class PackageFiles
{
    public const string Pipeline = "pipeline.json";
    public const string Schema = "schema.json";
    public const string InputExample = "input_example.json";
    public const string GoldenRows = "golden.json";
    public const string Holdout = "holdout.json";
}

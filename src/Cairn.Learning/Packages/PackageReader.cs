using System.Text.Json;
using Cairn.Client;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning.Models;
using Cairn.Learning.Preprocessing;
using Cairn.Tracking;

namespace Cairn.Learning.Packages;

/// <summary>From the files of a package to a predictor. Nothing in a package is executed; every index and length is checked.</summary>
internal static class PackageReader
{
    public static Answer<Predictor> Read(OpenedPackage package, bool toServe)
    {
        var name = package.Package.Digest.Short;
        try
        {
            ReadOnlySpan<byte> File(string path) => Bytes(package, path);

            var description = ModelDescription.Read(File(ModelDescription.FileName));
            var pipeline = Pipeline.Load(File(PackageFiles.Pipeline));
            var model = FittedModel.Load(description.Algorithm, Bytes(package, description.Model), toServe);
            if (model.Features != pipeline.Features.Count)
                throw new InvalidDataException($"The pipeline makes {pipeline.Features.Count} features, the model takes {model.Features}.");

            var schema = JsonSerializer.Deserialize<Schema>(File(PackageFiles.Schema), CairnJson.Options) ?? throw new InvalidDataException("The schema is empty.");
            var predictor = new Predictor(
                package.Package.Digest, description, schema, pipeline, model, toServe ? null : HoldoutFile.Read(File(PackageFiles.Holdout)),
                MlflowSignature.ReadExample(package.Files.GetValueOrDefault(PackageFiles.InputExample)));
            if (GoldenRows.Check(predictor, File(PackageFiles.GoldenRows)) is { } difference)
            {
                return new Refusal.Conflict(
                    "package.golden-rows", $"Package {name} does not give the answers it was sealed with: {difference}. It is not served. Train again, or use the version before.");
            }

            return predictor;
        }
        catch (Exception error) when (error is InvalidDataException or JsonException)
        {
            return new Refusal.Invalid("package.unreadable", $"Package {name} cannot be read: {error.Message}");
        }
    }

    private static byte[] Bytes(OpenedPackage package, string path) =>
        package.Files.GetValueOrDefault(path) ?? throw new InvalidDataException($"The file {path} is missing. There are: {string.Join(", ", package.Files.Keys.Order(StringComparer.Ordinal))}.");
}

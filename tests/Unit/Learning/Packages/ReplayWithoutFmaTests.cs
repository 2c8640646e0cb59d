using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using Cairn.Kernel;
using Cairn.Learning;

namespace Cairn.Unit.Tests.Learning.Packages;

/// <summary>A machine without FMA and AVX2 gives the same answers: a second process with those paths of the C library and of the JIT switched off.</summary>
public class ReplayWithoutFmaTests
{
    [Theory]
    [InlineData("xgboost")]
    [InlineData("random_forest")]
    [InlineData("logistic_regression")]
    public async Task A_process_without_fma_gives_the_same_bits(string algorithm)
    {
        var folder = Directory.CreateTempSubdirectory("cairn-replay").FullName;
        try
        {
            var package = TelcoPackage.Of(algorithm);
            foreach (var (path, bytes) in package.Files) await File.WriteAllBytesAsync(Path.Combine(folder, path), bytes);
            await File.WriteAllLinesAsync(Path.Combine(folder, "requests.jsonl"), Telco.Rows.Select(row => System.Text.Encoding.UTF8.GetString(TelcoPackage.Request(row))));
            var here = Replay(folder);

            await OlderMachine.Run($"{typeof(ReplayWithoutFmaTests).FullName}.{nameof(Child_writes_its_bits)}", folder);

            var there = await File.ReadAllLinesAsync(Path.Combine(folder, "bits.txt"));
            there.Length.ShouldBe(Telco.Rows.Length + 1);
            there.AsSpan(1).SequenceEqual(here.AsSpan(1)).ShouldBeTrue();
            if (Fma.IsSupported) (there[0] == here[0]).ShouldBeFalse("the child computes as this process does: nothing was switched off");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact(Explicit = true)] // the second process alone runs it
    public async Task Child_writes_its_bits()
    {
        var folder = OlderMachine.Given.ShouldNotBeNull();

        await File.WriteAllLinesAsync(Path.Combine(folder, "bits.txt"), Replay(folder));
    }

    /// <summary>A digest of the C library's exp, then feature vector and probability of every request, and the explanation of some.</summary>
    private static string[] Replay(string folder)
    {
        var files = Directory.GetFiles(folder).ToDictionary(path => Path.GetFileName(path)!, File.ReadAllBytes, StringComparer.Ordinal);
        var predictor = TelcoPackage.Load(files).Value;
        var row = predictor.NewRow();
        var (vectors, alone) = (new List<float>(), new List<double>());
        var bits = new List<string> { Digest.Of([.. Enumerable.Range(0, 100_000).SelectMany(i => BitConverter.GetBytes(Math.Exp(i * 0.000137) + Math.Pow(1.0001, i)))]).Hex };
        foreach (var line in File.ReadLines(Path.Combine(folder, "requests.jsonl")))
        {
            var json = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(line));
            json.Read();
            predictor.Read(ref json, row, "$").ShouldBeNull();
            var features = System.Runtime.InteropServices.MemoryMarshal.AsBytes(row.Features);
            bits.Add($"{Convert.ToHexString(features)} {BitConverter.DoubleToInt64Bits(predictor.Score(row)):x16}");
            vectors.AddRange(row.Features);
            alone.Add(predictor.Score(row));
            if (alone.Count % 50 == 0) bits[^1] += Explained(predictor, row);
        }

        var together = new double[alone.Count];
        predictor.Model.Score([.. vectors], together);
        together.ShouldBe(alone);
        return [.. bits];
    }

    private static string Explained(Predictor predictor, PredictorRow row)
    {
        var contributions = new double[row.Features.Length];
        var baseValue = predictor.Model.Explain(row.Features, contributions);
        return $" {BitConverter.DoubleToInt64Bits(baseValue):x16} {Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes<double>(contributions))}";
    }
}

using System.Runtime.InteropServices;
using System.Text.Json;
using Cairn.Client;

namespace Cairn.Learning.Judging;

/// <summary>A baseline at rest: JSON, doubles as base64 of their bytes (little endian), so that it comes back to the bit.</summary>
internal static class BaselineFile
{
    private const int Format = 1;

    public static byte[] Write(Baseline baseline) => JsonSerializer.SerializeToUtf8Bytes(
        new Saved(Format, baseline.Name, baseline.CrossValidated, baseline.Test, Pack(baseline.OutOfFold), Pack(baseline.TestScores), baseline.Threshold), CairnJson.Options);

    public static Baseline Read(byte[] saved)
    {
        var read = JsonSerializer.Deserialize<Saved>(saved, CairnJson.Options) ?? throw new InvalidDataException("A saved baseline is empty.");
        if (read.Format != Format) throw new InvalidDataException($"A saved baseline has format {read.Format}; this version reads {Format}.");
        return new(read.Name, read.CrossValidated, read.Test) { OutOfFold = Unpack(read.OutOfFold), TestScores = Unpack(read.TestScores), Threshold = read.Threshold };
    }

    public static byte[] Pack(double[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    public static double[] Unpack(byte[] bytes) => MemoryMarshal.Cast<byte, double>(bytes).ToArray();

    private sealed record Saved(
        int Format, string Name, IReadOnlyDictionary<string, double> CrossValidated, IReadOnlyDictionary<string, double> Test, byte[] OutOfFold, byte[] TestScores, double Threshold);
}

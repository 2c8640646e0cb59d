using System.Text.Json;
using Cairn.Client;
using Cairn.Learning.Judging;
using Cairn.Learning.Models;
using Cairn.Learning.Preprocessing;

namespace Cairn.Learning.Tuning;

/// <summary>A candidate at rest: JSON with the native model, the pipeline and the out-of-fold scores as base64.</summary>
internal static class CandidateFile
{
    private const int Format = 1;

    public static byte[] Write(Candidate candidate) => JsonSerializer.SerializeToUtf8Bytes(
        new Saved(
            Format, candidate.Algorithm, candidate.Params, candidate.CrossValidated, candidate.Trials, candidate.Seconds,
            BaselineFile.Pack(candidate.OutOfFold), candidate.Pipeline.Save(), candidate.Model.Save().Content),
        CairnJson.Options);

    public static Candidate Read(byte[] saved)
    {
        var read = JsonSerializer.Deserialize<Saved>(saved, CairnJson.Options) ?? throw new InvalidDataException("A saved candidate is empty.");
        if (read.Format != Format) throw new InvalidDataException($"A saved candidate has format {read.Format}; this version reads {Format}.");
        return new(FittedModel.Load(read.Algorithm, read.Model), Pipeline.Load(read.Pipeline))
        {
            Params = read.Params,
            CrossValidated = read.CrossValidated,
            Trials = read.Trials,
            OutOfFold = BaselineFile.Unpack(read.OutOfFold),
            Seconds = read.Seconds,
        };
    }

    private sealed record Saved(
        int Format, string Algorithm, IReadOnlyDictionary<string, double> Params, IReadOnlyDictionary<string, MeanAndDeviation> CrossValidated,
        IReadOnlyList<double> Trials, double Seconds, byte[] OutOfFold, byte[] Pipeline, byte[] Model);
}

using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Serving;
using Cairn.Storage;

namespace Cairn.Projects.Batches;

/// <summary>What a batch is built from. The model is chosen before it is stored.</summary>
/// <param name="Asked">The request as it came.</param>
/// <param name="Output">The real path, or the address of an object, or connection and table.</param>
/// <param name="Csv">Else Parquet.</param>
/// <param name="Single">One file, not a folder.</param>
/// <param name="Replaces">An earlier run with the same output, whose parts nobody will need.</param>
internal sealed record BatchParameters(BatchRequest Asked, BatchModel Model, string Output, bool Csv, bool Single, string? Replaces)
{
    public const string Flow = "batch";

    public string Subject => SubjectOf(Model.Deployment, Output);

    public BatchOrder Order => new(Model, [], Asked.Explain, Asked.SkipInvalid, Csv, Single) { Log = Asked.Log };

    public bool ToTable => Asked.Output.Table is not null;

    public bool ToObjects => !ToTable && ObjectAddress.Is(Output);

    public static string SubjectOf(string deployment, string output) => $"batch/{deployment}/{output.TrimStart('/')}";

    /// <summary>Where parts grow: beside the place of the output, so that it gets there by a rename; in the home when that is elsewhere.</summary>
    public string Growing(string flowRunId, string home) => ToTable || ToObjects
        ? Path.Combine(Work(flowRunId, home), "parts")
        : Path.Combine(Path.GetDirectoryName(Output)!, $".{Path.GetFileName(Output)}.{flowRunId}.partial");

    /// <summary>What is needed for as long as the batch is: rows that were brought here, and what goes out again.</summary>
    public static string Work(string flowRunId, string home) => Path.Combine(home, "batches", flowRunId);

    /// <summary>Where answers wait for the log: with the parts until these have left, so by a rename.</summary>
    public string Waiting(string flowRunId, string home) => Path.Combine(Path.GetDirectoryName(Growing(flowRunId, home))!, $".{Path.GetFileName(Growing(flowRunId, home)).TrimStart('.')}.log");

    /// <summary>Whether a run of these parameters is what is asked now: then its parts are of use.</summary>
    public bool Answers(BatchRequest asked) => Comparable(Asked) == Comparable(asked);

    public string Write() => JsonSerializer.Serialize(this, CairnJson.Options);

    public static BatchParameters Read(string json) =>
        JsonSerializer.Deserialize<BatchParameters>(json, CairnJson.Options) ?? throw new ArgumentException("No parameters.", nameof(json));

    private static string Comparable(BatchRequest asked) => JsonSerializer.Serialize(asked with { Overwrite = false, Fresh = false }, CairnJson.Options);
}

using System.Globalization;
using Cairn.Client.Wire;

namespace Cairn.Tracking.Recycling;

/// <summary>Something in the bin.</summary>
internal sealed record BinItem
{
    public string Kind { get; init; } = "";

    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    /// <value>Of a model or a version: null.</value>
    public long? ExperimentId { get; init; }

    public long DeletedAt { get; init; }

    public string DeletedBy { get; init; } = "";

    /// <value>A version of a registered model; empty: it is the default experiment; null: nothing keeps it.</value>
    public string? KeptBy { get; init; }

    public string Subject => $"{Kind}/{Id}";

    public string? Kept => KeptBy switch
    {
        null => null,
        "" => "Every workspace has the experiment Default. Its runs can be deleted and purged one by one.",
        _ when IsKeptInBin => $"{KeptBy[..^BinKind.InBin.Length]} stands on it and lies in the bin too. Purge that first, or together with it.",
        _ => $"{KeptBy} stands on it. Delete that version first.",
    };

    /// <value>True: only versions that are in the bin keep it.</value>
    public bool IsKeptInBin => KeptBy?.EndsWith(BinKind.InBin, StringComparison.Ordinal) is true;

    public BinItemWire ToWire(long runs, long versions, FileSum files, int? keepDays) => new(
        Subject, Name, Kind == BinKind.Experiments.Name ? null : ExperimentId?.ToString(CultureInfo.InvariantCulture), DeletedAt, DeletedBy,
        keepDays is { } days && KeptBy is null ? DeletedAt + (days * 86_400_000_000L) : null, runs, files.Files, files.Bytes, Kept, versions);
}

internal sealed record FileSum
{
    public long Files { get; init; }

    public long Bytes { get; init; }
}

using System.Text.Json;
using Cairn.Client.Wire;

namespace Cairn.Serving.Truth;

/// <summary>How many outcomes had which fate.</summary>
internal sealed class ReceiptCounts
{
    private static readonly OutcomeStatus[] Statuses = Enum.GetValues<OutcomeStatus>();

    private readonly long[] _counts = new long[Statuses.Length];
    private long _late;

    public void Add(in Receipt receipt)
    {
        _counts[(int)receipt.Status]++;
        if (receipt.Late) _late++;
    }

    public IReadOnlyDictionary<string, long> ToWire()
    {
        var counts = Statuses.ToDictionary(status => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString()), status => _counts[(int)status], StringComparer.Ordinal);
        counts["late"] = _late;
        return counts;
    }
}

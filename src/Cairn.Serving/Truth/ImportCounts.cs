using Cairn.Client.Wire;

namespace Cairn.Serving.Truth;

/// <summary>What became of the rows of a file, with the first that were refused.</summary>
internal sealed class ImportCounts
{
    private const int MostRefused = 20;

    private readonly ReceiptCounts _counts = new();
    private readonly List<RefusedOutcomeWire> _refused = [];

    public long Rows { get; private set; }

    public void Add(Receipt[] receipts)
    {
        foreach (var receipt in receipts)
        {
            Rows++;
            _counts.Add(receipt);
            if (receipt.Problem is { } problem && _refused.Count < MostRefused) _refused.Add(new(Rows, problem.Code, problem.Detail));
        }
    }

    public OutcomeImportWire ToWire(bool done) => new(Rows, _counts.ToWire(), [.. _refused], done);
}

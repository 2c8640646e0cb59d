using Cairn.Kernel;

namespace Cairn.Serving.Online;

/// <summary>All that is wrong with the rows of a request, up to a number that a person still reads.</summary>
internal sealed class RowProblems
{
    public const int Most = 50;

    private readonly List<FieldProblem> _places = [];
    private Refusal? _first;
    private int _rows;

    public bool Any => _first is not null;

    /// <value>True: to read on would tell nobody more.</value>
    public bool Full => _places.Count >= Most;

    public void Note(Refusal refusal)
    {
        _first ??= refusal;
        _rows++;
        _places.AddRange(refusal.Fields);
    }

    public Refusal ToRefusal() => _rows == 1 && !Full
        ? _first!
        : new Refusal.Invalid(_first!.Code, $"{(Full ? "At least " : "")}{_rows} rows do not keep the contract of the model, so nothing was predicted. See errors{(Full ? $" for the first {Most} places" : "")}.")
        {
            Fields = [.. _places.Take(Most)],
        };
}

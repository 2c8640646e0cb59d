using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Data;

namespace Cairn.Learning.Preprocessing;

/// <summary>What the contract and the fitted pipeline say of one input: which values a row may carry.</summary>
internal sealed class InputRule
{
    private const int MostListed = 20;

    private readonly bool[]? _allowed;

    public InputRule(PipelineInput input, ColumnContract? contract, TextTable texts)
    {
        (Name, Type) = (input.Name, input.Type);
        Required = contract is { Nullable: false } && !input.SawMissing;
        (Min, Max) = (contract?.Min ?? double.NegativeInfinity, contract?.Max ?? double.PositiveInfinity);
        if (Type == ColumnType.Category && contract?.Categories is { } categories)
        {
            Categories = categories;
            _allowed = new bool[texts.Texts.Count];
            foreach (var category in categories) if (texts.Find(category) is >= 0 and var code) _allowed[code] = true;
        }
    }

    public string Name { get; }

    public ColumnType Type { get; }

    /// <value>A row without it is refused.</value>
    public bool Required { get; }

    public double Min { get; }

    public double Max { get; }

    /// <value>Null: any text; one that training has not seen is no level.</value>
    public IReadOnlyList<string>? Categories { get; }

    public InputFieldWire Wire => new(
        Name, Type.ToString().ToLowerInvariant(), Required, Categories, double.IsFinite(Min) ? Min : null, double.IsFinite(Max) ? Max : null);

    /// <value>The second half of "found x, expected …".</value>
    public string Expected => Type switch
    {
        ColumnType.Boolean => "true or false",
        ColumnType.Category => Categories is null ? "a text" : $"one of {List(Categories)}",
        ColumnType.Timestamp => "a time as text, such as \"2026-03-01T12:30:00Z\"",
        ColumnType.Integer => $"a whole number{Range}",
        _ => $"a number{Range}",
    };

    private string Range => (double.IsFinite(Min), double.IsFinite(Max)) switch
    {
        (true, true) => $" from {Text(Min)} to {Text(Max)}",
        (true, false) => $" of at least {Text(Min)}",
        (false, true) => $" of at most {Text(Max)}",
        _ => "",
    };

    public bool InRange(double value) => value >= Min && value <= Max;

    /// <param name="code">-1: not in the table.</param>
    public bool Allows(int code) => _allowed is null || (code >= 0 && _allowed[code]);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string List(IReadOnlyList<string> categories) =>
        string.Join(", ", categories.Take(MostListed).Select(c => $"\"{c}\"")) + (categories.Count > MostListed ? $" and {categories.Count - MostListed} more" : "");
}

using Cairn.Data;
using Cairn.Learning.Preprocessing;

namespace Cairn.Learning;

/// <summary>
/// Asks a model what another was asked, or asks it again: from the raw inputs of a logged row to the feature vector, by the contract
/// of the model that is asked now. For one that asked for the same the vector has the same bits.
/// </summary>
public sealed class InputTranslation
{
    private readonly Pipeline _pipeline;
    private readonly IReadOnlyList<InputRule> _rules;
    private readonly int _inputs;
    private readonly int[] _slotOf;
    private readonly int[] _codeOf;
    private readonly bool _own;
    private readonly UnreadInput? _never;

    internal InputTranslation(Pipeline pipeline, IReadOnlyList<InputRule> rules, InputLayout from, bool own)
    {
        (_pipeline, _rules, _inputs, _own) = (pipeline, rules, from.Inputs.Count, own);
        _slotOf = new int[_inputs];
        for (var i = 0; i < _inputs; i++) _slotOf[i] = IndexOf(rules, from.Inputs[i].Name);
        _codeOf = [.. from.Texts.Select(pipeline.Texts.Find)];
        _never = rules.Select(rule => Unreadable(rule, from.Inputs.FirstOrDefault(input => input.Name == rule.Name))).FirstOrDefault(unread => unread is not null);
    }

    /// <summary>Fills the row and its feature vector.</summary>
    /// <returns>Null, or the first input that stands in the way.</returns>
    /// <exception cref="InvalidDataException">The bytes are not inputs of that layout.</exception>
    public UnreadInput? Read(ReadOnlySpan<byte> inputs, PredictorRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (_never is not null) return _never;
        row.Reset(_rules.Count);
        var reader = new InputReader(inputs, _inputs);
        UnreadInput? unread = null;
        for (var i = 0; reader.Next(); i++)
        {
            if (_slotOf[i] is >= 0 and var slot && Take(ref reader, row, slot) is { } problem && (unread is null || problem.Sealed)) unread = problem;
        }

        if (unread is not null) return unread;
        for (var slot = 0; slot < _rules.Count; slot++)
        {
            if (_rules[slot].Required && !row.Seen[slot]) return new(_rules[slot].Name, "is missing, and required");
        }

        _pipeline.Encode(row.Slots, row.Vector);
        return null;
    }

    private UnreadInput? Take(ref InputReader reader, PredictorRow row, int slot)
    {
        var rule = _rules[slot];
        switch (reader.Kind)
        {
            case InputKind.Missing: return null;
            case InputKind.Sealed: return new(rule.Name, "is personal data whose key is gone", Sealed: true);
            case InputKind.NotKept when _own && rule is { Type: ColumnType.Category, Categories: null }: // only what this model does not know was not kept
                (row.Slots[slot], row.Seen[slot]) = (FrameSlots.UnknownText, true);
                return null;
            case InputKind.NotKept: return new(rule.Name, "was too long, or not of its type, and is not in the log");
        }

        row.Seen[slot] = true;
        if (rule.Type == ColumnType.Category)
        {
            var code = reader.Kind == InputKind.Text ? _pipeline.Texts.Find(reader.Text) : Code(reader.Value);
            if (!rule.Allows(code)) return new(rule.Name, "is not among the categories");
            row.Slots[slot] = code >= 0 ? code : FrameSlots.UnknownText;
            return null;
        }

        var value = reader.Kind == InputKind.Text ? throw new InvalidDataException($"A text is logged for {rule.Name}, which is a number.") : reader.Value;
        if (rule.Type == ColumnType.Integer && value != Math.Floor(value)) return new(rule.Name, "is not whole");
        if (!rule.InRange(value)) return new(rule.Name, "is out of range");
        row.Slots[slot] = value;
        return null;
    }

    private int Code(double value) => value >= 0 && value < _codeOf.Length && value == Math.Floor(value)
        ? _codeOf[(int)value]
        : throw new InvalidDataException($"The log names text {value} of {_codeOf.Length}.");

    private static UnreadInput? Unreadable(InputRule rule, LoggedInput? logged)
    {
        if (logged is null) return new(rule.Name, "was not part of the contract of the model that answered");
        return Number(logged.Type) == Number(rule.Type) && (Number(rule.Type) || logged.Type == rule.Type) ? null : new(rule.Name, $"was a {Name(logged.Type)} and is a {Name(rule.Type)} now");
    }

    private static bool Number(ColumnType type) => type is ColumnType.Number or ColumnType.Integer;

    private static string Name(ColumnType type) => type.ToString().ToLowerInvariant();

    private static int IndexOf(IReadOnlyList<InputRule> rules, string name)
    {
        for (var i = 0; i < rules.Count; i++) if (rules[i].Name == name) return i;
        return -1;
    }
}

/// <summary>Why a logged row cannot be asked again.</summary>
/// <param name="Input">Empty: no single one.</param>
/// <param name="Reason">Goes on after the name of the input; the same for all rows of which it is true.</param>
/// <param name="Sealed">It was erased.</param>
public sealed record UnreadInput(string Input, string Reason, bool Sealed = false)
{
    public override string ToString() => Input.Length > 0 ? $"{Input} {Reason}" : Reason;
}

using Cairn.Data;

namespace Cairn.Learning.Preprocessing;

/// <summary>The rows of a frame as slots: numbers as they are, categories as codes of the text table, missing NaN, a text that is not in the table -2.</summary>
internal sealed class FrameSlots(Frame frame, IReadOnlyList<PipelineInput> inputs, TextTable texts)
{
    public const double UnknownText = -2;

    private readonly Func<int, double>[] _read = [.. inputs.Select(input => Reader(frame[input.Name], input, texts))];

    public double this[int row, int slot] => _read[slot](row);

    public void Fill(int row, Span<double> slots)
    {
        for (var slot = 0; slot < _read.Length; slot++) slots[slot] = _read[slot](row);
    }

    /// <summary>Numbers for numbers, texts for categories.</summary>
    public static bool Fits(FrameColumn column, PipelineInput input) => (column is NumberColumn) == (input.Type != ColumnType.Category);

    private static Func<int, double> Reader(FrameColumn column, PipelineInput input, TextTable texts)
    {
        switch (column)
        {
            case NumberColumn numbers when input.Type != ColumnType.Category:
                var values = numbers.Values;
                return row => values[row];
            case CategoryColumn categories when input.Type == ColumnType.Category:
                var codes = categories.Codes;
                double[] codeOf = [.. categories.Levels.Select(level => Code(level, texts))];
                return row => codes[row] < 0 ? double.NaN : codeOf[codes[row]];
            case TextColumn text when input.Type == ColumnType.Category:
                return row => text.Values[row] is { } value ? Code(value, texts) : double.NaN;
            default:
                throw new ArgumentException($"The column '{input.Name}' is {column.GetType().Name} in the frame; the pipeline was fitted on {input.Type}.", nameof(column));
        }
    }

    private static double Code(string text, TextTable texts) => texts.Find(text) is >= 0 and var code ? code : UnknownText;
}

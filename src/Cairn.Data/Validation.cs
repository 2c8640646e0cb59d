namespace Cairn.Data;

/// <summary>One rule of the contract that some rows break.</summary>
/// <param name="Rule"><c>column-missing</c>, <c>type</c>, <c>not-null</c>, <c>range</c>, <c>categories</c>, <c>unique-key</c>, <c>target-classes</c>…</param>
/// <param name="Rows">How many rows break it.</param>
/// <param name="Examples">Up to five rows, first ones first.</param>
public sealed record Violation(string Column, string Rule, long Rows, string Found, string Expected, IReadOnlyList<ExampleRow> Examples);

/// <param name="Row">1 is the first data row.</param>
public readonly record struct ExampleRow(long Row, string? Value);

/// <param name="Rules">How many rules were checked.</param>
public sealed record ValidationReport(long Rows, int Rules, IReadOnlyList<Violation> Violations)
{
    /// <value>What was decided in reading, and columns that the contract does not know: they are left out, not refused.</value>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public bool Valid => Violations.Count == 0;
}

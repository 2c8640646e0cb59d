using Microsoft.AspNetCore.Components;

namespace Cairn.Web.Components.Tables;

/// <summary>A column of a table: its value, how it is shown, and what can be done with it.</summary>
/// <param name="Key">In the address: what is sorted by, which columns are shown.</param>
/// <param name="Value">What the export holds; also what is shown unless <see cref="Cell"/> says otherwise.</param>
public sealed record Column<T>(string Key, string Title, Func<T, string?> Value)
{
    /// <value>How it is shown.</value>
    public RenderFragment<T>? Cell { get; init; }

    /// <value>The address sorts by it; the API has to.</value>
    public bool Sorts { get; init; }

    /// <value>Numbers stand at the right.</value>
    public bool IsNumber { get; init; }

    /// <value>Stays in view while the others scroll: the name.</value>
    public bool Pinned { get; init; }

    /// <value>Shown only when it was chosen.</value>
    public bool Optional { get; init; }

    /// <value>Which one is best, to be bold.</value>
    public Func<T, bool>? Best { get; init; }
}

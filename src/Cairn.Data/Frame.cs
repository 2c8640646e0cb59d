namespace Cairn.Data;

/// <summary>Columns of equal length in memory: what training and batch scoring read.</summary>
public sealed record Frame(int Rows, IReadOnlyList<FrameColumn> Columns)
{
    public FrameColumn this[string name] =>
        Columns.FirstOrDefault(c => c.Name == name) ?? throw new KeyNotFoundException($"No column '{name}'. There are: {string.Join(", ", Columns.Select(c => c.Name))}.");
}

public abstract record FrameColumn(string Name);

/// <summary>Numbers, integers, booleans (0 and 1) and timestamps (microseconds). Missing is NaN.</summary>
public sealed record NumberColumn(string Name, double[] Values) : FrameColumn(Name);

/// <summary>Texts as positions in <paramref name="Levels"/> (distinct, in ordinal order). Missing is -1.</summary>
public sealed record CategoryColumn(string Name, int[] Codes, IReadOnlyList<string> Levels) : FrameColumn(Name);

public sealed record TextColumn(string Name, string?[] Values) : FrameColumn(Name);

namespace Cairn.Projects.Yaml;

/// <summary>A value of a YAML file and the line it stands on.</summary>
internal abstract record Node(int Line)
{
    /// <summary>What stands there, in words, for messages.</summary>
    public abstract string Describe();
}

/// <param name="Text">As it was written: <c>Yes</c> stays Yes, <c>1.0</c> stays 1.0.</param>
/// <param name="Quoted">In quotes or a block: then it is text, even when it is empty.</param>
internal sealed record Scalar(string Text, bool Quoted, int Line) : Node(Line)
{
    /// <value>Nothing was written: <c>gates:</c>, <c>~</c> or <c>null</c>.</value>
    public bool IsNull => !Quoted && Text is "" or "~" or "null";

    public override string Describe() => IsNull ? "nothing" : $"'{(Text.Length <= 60 ? Text : Text[..57] + "...")}'";
}

internal sealed record Sequence(IReadOnlyList<Node> Items, int Line) : Node(Line)
{
    public override string Describe() => $"a list of {Items.Count}";
}

internal sealed record Mapping(IReadOnlyList<Entry> Entries, int Line) : Node(Line)
{
    public override string Describe() => Entries.Count == 0 ? "an empty mapping" : $"a mapping with {string.Join(", ", Entries.Take(4).Select(e => e.Key))}{(Entries.Count > 4 ? "…" : "")}";
}

internal readonly record struct Entry(string Key, int Line, Node Value);

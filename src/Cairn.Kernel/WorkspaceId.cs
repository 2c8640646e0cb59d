namespace Cairn.Kernel;

/// <summary>A tenant. Every row of user data belongs to one.</summary>
public readonly record struct WorkspaceId(string Value)
{
    public static readonly WorkspaceId Default = new("default");

    public override string ToString() => Value;
}

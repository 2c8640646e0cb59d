namespace Cairn.Access.Guarding;

/// <summary>What an endpoint demands of its caller; null: nothing.</summary>
internal sealed record Demand(Permission? Permission);

internal sealed record Effect(EffectKind Kind);

internal enum EffectKind
{
    None,
    Mutation,
    DataPlane,
}

using Cairn.Client.Wire;

namespace Cairn.Access.Guarding;

/// <summary>What an endpoint demands of its caller; null: nothing.</summary>
internal sealed record Demand(Permission? Permission);

internal sealed record Effect(EffectKind Kind);

/// <summary>How an endpoint that speaks a protocol of others says that something is wrong.</summary>
internal sealed record ErrorShape(Func<Problem, object> Of);

/// <summary>Media types whose body is read as it comes, so that its size does not matter.</summary>
internal sealed record StreamedBody(IReadOnlyList<string> MediaTypes);

internal enum EffectKind
{
    None,
    Mutation,
    DataPlane,
}

namespace Cairn.Api.Tests.Server;

/// <summary>What a change of the API means for a client that was written before it.</summary>
internal enum ContractChangeKind
{
    /// <summary>A client that worked may fail.</summary>
    Breaking,

    /// <summary>A client that ignores members it does not know works on.</summary>
    Additive,

    /// <summary>Only people read it.</summary>
    Wording,
}

/// <param name="Place">Method, path, and where in the request or the answer: <c>POST /api/v1/runs request.name</c>.</param>
internal sealed record ContractChange(ContractChangeKind Kind, string Place, string What)
{
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant(),-8}  {Place}: {What}";
}

using Cairn.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cairn.Access;

/// <summary>What every endpoint says about itself. One that declares no permission is refused to everybody, and a test finds it.</summary>
public static class Endpoints
{
    /// <summary>Refuses callers without the permission (403 <c>access.permission-missing</c>).</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder endpoint, Permission permission) where TBuilder : IEndpointConventionBuilder =>
        throw new NotImplementedException();

    /// <summary>Open to everybody: probes and the API description only.</summary>
    public static TBuilder Anonymous<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        throw new NotImplementedException();

    /// <summary>
    /// A control-plane mutation: answers a repeated <c>Idempotency-Key</c> with the first answer, and its handler writes an
    /// audit entry (<see cref="Audit.Write"/>) in the transaction of the change.
    /// </summary>
    public static TBuilder Mutates<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        throw new NotImplementedException();

    /// <summary>A data-plane write (metrics, params, predictions): attributed to its run or deployment, not audited singly.</summary>
    public static TBuilder DataPlane<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        throw new NotImplementedException();

    /// <summary>The only place a refusal becomes an RFC 9457 body.</summary>
    public static ProblemHttpResult ToProblem(this Refusal refusal) => throw new NotImplementedException();
}

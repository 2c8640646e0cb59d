using Cairn.Access.Guarding;
using Cairn.Access.Problems;
using Cairn.Access.Versioning;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cairn.Access;

/// <summary>What every endpoint says about itself. One that declares no permission is refused to everybody, and a test finds it.</summary>
public static class Endpoints
{
    /// <summary>Refuses callers without the permission (403 <c>access.permission-missing</c>).</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder endpoint, Permission permission) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new Demand(permission));

    /// <summary>Open to everybody: probes, the API description, and the pages of the UI, which show only what the API gives their user.</summary>
    public static TBuilder Anonymous<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new Demand(null));

    /// <summary>
    /// A control-plane mutation: answers a repeated <c>Idempotency-Key</c> with the first answer, and its handler writes an
    /// audit entry (<see cref="Audit.Write"/>) in the transaction of the change.
    /// </summary>
    public static TBuilder Mutates<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new Effect(EffectKind.Mutation));

    /// <summary>A data-plane write (metrics, params, predictions): attributed to its run or deployment, not audited singly.</summary>
    public static TBuilder DataPlane<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new Effect(EffectKind.DataPlane));

    /// <summary>A POST only because its question is long (a plan, a validation) or because it sets a cookie: nothing is stored.</summary>
    public static TBuilder StoresNothing<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new Effect(EffectKind.None));

    /// <summary>
    /// Answers as before, but is on its way out: says so in <c>Deprecation</c>, <c>Sunset</c> and <c>Link</c>, and in the description of the API.
    /// docs/reference/api-versioning.md has the rules.
    /// </summary>
    /// <param name="sunset">The first day it may be gone: at least 180 days later.</param>
    /// <param name="successor">The path to use instead; <c>{name}</c> stands for that part of the request's own path.</param>
    public static TBuilder Deprecated<TBuilder>(this TBuilder endpoint, DateOnly since, DateOnly sunset, string successor) where TBuilder : IEndpointConventionBuilder
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sunset, since.AddDays(Deprecation.LeastNoticeDays));
        endpoint.Finally(new Deprecation(since, sunset, successor).WriteInFrontOf);
        return endpoint.WithMetadata(new ObsoleteAttribute($"Use {successor}."));
    }

    /// <summary>All errors of this endpoint, the framework's and the guards' too, have the shape of the protocol it speaks, as <c>application/json</c>.</summary>
    public static TBuilder ErrorsAs<TBuilder>(this TBuilder endpoint, Func<Problem, object> shape) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new ErrorShape(shape));

    /// <summary>A body of one of these media types is a stream: no limit on its size, and none on how slowly it comes or is answered.</summary>
    public static TBuilder Streams<TBuilder>(this TBuilder endpoint, params IReadOnlyList<string> mediaTypes) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new StreamedBody(mediaTypes));

    /// <summary>Answers with a refusal in the shape of the endpoint: see <see cref="ErrorsAs"/>.</summary>
    public static Task Refuse(this HttpContext context, Refusal refusal) => ProblemBody.Of(refusal).Write(context);

    /// <summary>The only place a refusal becomes an RFC 9457 answer.</summary>
    public static ProblemHttpResult ToProblem(this Refusal refusal) => ProblemBody.Of(refusal).ToResult();

    /// <summary>The same body as a wire record: for refusals that are stored, or answered for one row of many.</summary>
    public static Problem ToWire(this Refusal refusal) => ProblemBody.Of(refusal);

    /// <summary>What stands between Cairn and its stored state, as an answer: its message says what to do.</summary>
    public static Refusal ToRefusal(this StorageException fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault.Fault switch
        {
            StorageFault.DiskFull => new Refusal.Unavailable("storage.disk-full", fault.Message),
            StorageFault.ReadOnly => new Refusal.Unavailable("storage.read-only", fault.Message),
            StorageFault.Corrupt => new Refusal.Unavailable("storage.corrupt", fault.Message),
            StorageFault.Busy => new Refusal.Unavailable("storage.busy", fault.Message),
            StorageFault.Text => new Refusal.Invalid("request.malformed", fault.Message),
            StorageFault.HomeTooNew => new Refusal.Conflict("home.too-new", fault.Message),
            StorageFault.MigrationAltered => new Refusal.Conflict("home.migration-altered", fault.Message),
            StorageFault.MigrationFailed => new Refusal.Conflict("home.migration-failed", fault.Message),
            _ => new Refusal.Unavailable("storage.unavailable", fault.Message),
        };
    }
}

using Cairn.Access.Problems;
using Cairn.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Access.Guarding;

/// <summary>Deny by default: an endpoint runs only if it says what it demands and the caller has it.</summary>
/// <remarks>No endpoint was found: the request goes on and ends as a 404. Static files are endpoints too.</remarks>
internal sealed class PermissionGuard(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        // Until accounts exist, whoever reaches the socket or the loopback port is the owner of the home.
        context.Features.Set(Caller.LocalAdmin);
        return context.GetEndpoint() is RouteEndpoint endpoint && Refuse(endpoint, Caller.LocalAdmin) is { } refusal
            ? ProblemBody.Of(refusal).Write(context)
            : next(context);
    }

    internal static Refusal? Refuse(RouteEndpoint endpoint, Caller caller) => endpoint.Metadata.GetMetadata<Demand>() switch
    {
        null => new Refusal.Forbidden(
            "access.no-permission-declared", $"{endpoint.DisplayName} does not say which permission it needs, so nobody may call it. This is a fault of the server: report it."),
        { Permission: { } permission } when !caller.May(permission) => new Refusal.Forbidden(
            "access.permission-missing", $"This needs the permission {permission}. {caller.Name} does not have it in workspace {caller.Workspace}: ask an administrator."),
        _ => null,
    };
}

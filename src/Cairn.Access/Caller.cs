using System.Collections.Frozen;
using Cairn.Kernel;
using Microsoft.AspNetCore.Http;

namespace Cairn.Access;

/// <summary>Who asks, in which workspace, and what they may do. Handlers take it as a parameter.</summary>
public sealed record Caller(WorkspaceId Workspace, string Name, FrozenSet<Permission> Permissions)
{
    /// <summary>The one local administrator, until accounts exist.</summary>
    public static readonly Caller LocalAdmin = new(WorkspaceId.Default, "local-admin", Permission.All);

    public bool May(Permission permission) => Permissions.Contains(permission);

    /// <summary>Lets a minimal-API handler declare a <see cref="Caller"/> parameter.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return ValueTask.FromResult(context.Features.Get<Caller>());
    }
}

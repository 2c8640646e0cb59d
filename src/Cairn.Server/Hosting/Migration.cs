using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Server.Hosting;

/// <summary>Opens the database, and brings it up to this version, before the first request.</summary>
internal static class Migration
{
    /// <returns>Why the home cannot be used; null when all is well.</returns>
    public static Refusal? Run(IServiceProvider services)
    {
        try
        {
            services.GetRequiredService<Database>();
            return null;
        }
        catch (StorageException fault)
        {
            return fault.ToRefusal();
        }
    }
}

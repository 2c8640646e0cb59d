using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Server.Hosting;

/// <summary>Opens the database, brings it up to this version, and writes to the blob store, before the first request.</summary>
internal static class Migration
{
    /// <returns>Why the home cannot be used; null when all is well.</returns>
    public static async Task<Refusal?> Run(IServiceProvider services, CancellationToken cancellation)
    {
        try
        {
            services.GetRequiredService<Database>();
            var blobs = services.GetRequiredService<IBlobStore>();
            if (await BlobPlace.Claim(
                services.GetRequiredService<StorageOptions>(), blobs, services.GetRequiredService<ObjectStore>(), services.GetRequiredService<TimeProvider>(), cancellation) is { } refusal) return refusal;
            await blobs.Write(Stream.Null, cancellation); // the empty blob, which the probe of readiness reads
            return null;
        }
        catch (StorageException fault)
        {
            return fault.ToRefusal();
        }
    }
}

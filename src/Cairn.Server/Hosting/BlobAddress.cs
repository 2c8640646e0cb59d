using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Server.Hosting;

/// <param name="Place">Null: where the home says.</param>
/// <param name="Cache">Bytes; null: as many as usual.</param>
internal sealed record BlobAddress(ObjectAddress? Place, long? Cache)
{
    public static Answer<BlobAddress> Read(ServerOptions options)
    {
        var cache = options.BlobCache is { } size ? ByteSize.Read(size) : null;
        if (options.BlobCache is not null && cache is null) return new Refusal.Invalid("server.blobs-invalid", $"--blob-cache (CAIRN_BLOB_CACHE) is '{options.BlobCache}'. Write a size: 512MB, 20GB.");
        var place = options.Blobs is { } address ? ObjectAddress.Read(address) : null;
        return options.Blobs is null || place is not null
            ? new BlobAddress(place, cache)
            : new Refusal.Invalid("server.blobs-invalid", $"--blobs (CAIRN_BLOBS) is '{options.Blobs}'. Write s3://bucket/prefix, with a prefix that no other home has.");
    }
}

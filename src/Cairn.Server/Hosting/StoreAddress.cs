using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Server.Hosting;

internal static class StoreAddress
{
    /// <summary>How <c>s3://</c> is reached; no key is in a message.</summary>
    public static Answer<ObjectStoreOptions> Read(OutsideOptions outside)
    {
        Uri? endpoint = null;
        if (outside.S3Endpoint is not null && (!Uri.TryCreate(outside.S3Endpoint, UriKind.Absolute, out endpoint) || endpoint.Scheme is not ("http" or "https") || endpoint.UserInfo.Length > 0))
            return new Refusal.Invalid("server.s3-invalid", "The endpoint of the S3 store (CAIRN_S3_ENDPOINT) cannot be read. Write it as https://host:port; keys go into CAIRN_S3_ACCESS_KEY and CAIRN_S3_SECRET_KEY.");
        if (outside.S3AccessKey is null != (outside.S3SecretKey is null))
            return new Refusal.Invalid("server.s3-invalid", "One of CAIRN_S3_ACCESS_KEY and CAIRN_S3_SECRET_KEY is set and the other is not. Set both, or none.");
        return new ObjectStoreOptions { Endpoint = endpoint, Region = outside.S3Region ?? "us-east-1", AccessKey = outside.S3AccessKey, SecretKey = outside.S3SecretKey };
    }
}

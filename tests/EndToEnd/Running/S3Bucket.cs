using Amazon.Runtime;
using Amazon.S3;

namespace Cairn.EndToEnd.Tests.Running;

/// <summary>A bucket of its own on the S3 server that CAIRN_TEST_S3 names, http://KEY:SECRET@host:port; test.sh starts one.</summary>
internal static class S3Bucket
{
    /// <summary>Its name; the folder's commands know the way there.</summary>
    public static async Task<string> For(TestFolder folder)
    {
        var address = Environment.GetEnvironmentVariable("CAIRN_TEST_S3");
        Assert.SkipWhen(string.IsNullOrEmpty(address), "CAIRN_TEST_S3 names no server; ./test.sh starts one.");
        var (server, bucket) = (new Uri(address!), $"e2e-{Guid.NewGuid():N}"[..20]);
        var (endpoint, key, secret) = (server.GetComponents(UriComponents.SchemeAndServer, UriFormat.Unescaped), server.UserInfo.Split(':')[0], server.UserInfo.Split(':')[1]);
        using var store = new AmazonS3Client(new BasicAWSCredentials(key, secret), new AmazonS3Config { ServiceURL = endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
        await store.PutBucketAsync(bucket, TestContext.Current.CancellationToken);
        foreach (var (name, value) in new[] { ("ENDPOINT", endpoint), ("ACCESS_KEY", key), ("SECRET_KEY", secret) }) folder.Environment[$"CAIRN_S3_{name}"] = value;
        return bucket;
    }
}

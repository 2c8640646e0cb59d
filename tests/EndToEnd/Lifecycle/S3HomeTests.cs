using Amazon.Runtime;
using Amazon.S3;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests.Lifecycle;

public class S3HomeTests
{
    [Fact]
    public async Task The_whole_way_with_all_files_in_S3_and_a_replay_after_the_cache_is_lost()
    {
        var address = Environment.GetEnvironmentVariable("CAIRN_TEST_S3");
        Assert.SkipWhen(string.IsNullOrEmpty(address), "CAIRN_TEST_S3 names no server; ./test.sh starts one.");
        var (server, bucket) = (new Uri(address!), $"home-{Guid.NewGuid():N}"[..20]);
        var (endpoint, key, secret) = (server.GetComponents(UriComponents.SchemeAndServer, UriFormat.Unescaped), server.UserInfo.Split(':')[0], server.UserInfo.Split(':')[1]);
        using var store = new AmazonS3Client(new BasicAWSCredentials(key, secret), new AmazonS3Config { ServiceURL = endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
        await store.PutBucketAsync(bucket, TestContext.Current.CancellationToken);
        using var folder = new TestFolder();
        foreach (var (name, value) in new[] { ("S3_ENDPOINT", endpoint), ("S3_ACCESS_KEY", key), ("S3_SECRET_KEY", secret) }) folder.Environment[$"CAIRN_{name}"] = value;

        using (var up = CairnProcess.Start(folder, "up", "--port", "0", "--blobs", $"s3://{bucket}/home"))
        {
            using var http = await ServerAddress.Connect(folder, up, TestContext.Current.CancellationToken);
            var project = await folder.Project(Tables.Bank());
            (await CairnProcess.Run(folder, "run", project)).ShouldSucceed();
            (await CairnProcess.Run(folder, "predict", "bank", "--json", Tables.Customer)).ShouldSucceed();
            (await CairnProcess.Run(folder, "stop")).ShouldSucceed();
            await up.End();
        }

        Directory.Exists(Path.Combine(folder.Home, "blobs")).ShouldBeFalse();
        Directory.Delete(Path.Combine(folder.Home, "cache"), recursive: true);

        // Without a server each command becomes the owner of the home, which knows its place.
        (await CairnProcess.Run(folder, "doctor")).ShouldSucceed();
        var prediction = (await CairnProcess.Run(folder, "predictions", "--json")).ShouldSucceed().Json;
        (await CairnProcess.Run(folder, "replay", prediction[0].GetProperty("prediction_id").GetString()!)).ShouldSucceed().Out.ShouldContain("The same.");
    }
}

using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests.Lifecycle;

public class S3HomeTests
{
    [Fact]
    public async Task The_whole_way_with_all_files_in_S3_and_a_replay_after_the_cache_is_lost()
    {
        using var folder = new TestFolder();
        var bucket = await S3Bucket.For(folder);

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

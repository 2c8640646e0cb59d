using Cairn.Storage;

namespace Cairn.Api.Tests.Batches;

/// <summary>Against the S3 server that CAIRN_TEST_S3 names, http://KEY:SECRET@host:port; test.sh starts Ceph's.</summary>
public class ObjectStoreTests
{
    private readonly string _bucket = $"batch-{Guid.NewGuid():N}"[..20];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_object_is_scored_into_an_object()
    {
        var (home, store) = await Start();
        await using var _ = home;
        using var __ = store;
        home.Csv(40_000);
        await Put(store, Path.Combine(home.Folder, "guests.csv"), "in/guests.csv");
        await home.Result(home.Request("guests.csv", "file.csv") with { Keep = ["guest"] });
        await home.Result(home.Request("guests.csv", "file.parquet") with { Keep = ["guest"] });

        var result = await home.Result(home.Request($"s3://{_bucket}/in/guests.csv", $"s3://{_bucket}/out/scored.csv") with { Keep = ["guest"] });
        await home.Result(home.Request($"s3://{_bucket}/in/guests.csv", $"s3://{_bucket}/out/scored.parquet") with { Keep = ["guest"] });

        result.Output.ShouldBe($"s3://{_bucket}/out/scored.csv");
        await Get(store, "out/scored.csv", Path.Combine(home.Folder, "back.csv"));
        home.Lines("back.csv").ShouldBe(home.Lines("file.csv"));
        await Get(store, "out/scored.parquet", Path.Combine(home.Folder, "back.parquet"));
        (await home.Column("probability", "back.parquet")).ShouldBe(await home.Column("probability", "file.parquet"));
        (await home.Refused(home.Request($"s3://{_bucket}/in/guests.csv", $"s3://{_bucket}/out/scored.csv"))).ShouldBe("batch.output-exists");
        await home.Result(home.Request($"s3://{_bucket}/in/guests.csv", $"s3://{_bucket}/out/scored.csv") with { Overwrite = true, SkipInvalid = true });
        Directory.EnumerateFileSystemEntries(Path.Combine(home.Server.Home, "batches")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_folder_of_parts_has_its_success_last_and_is_replaced_whole()
    {
        var (home, store) = await Start();
        await using var _ = home;
        using var __ = store;
        await home.Result(home.Request(home.Csv(300_000), $"s3://{_bucket}/scored"));
        (await Names(store, "scored")).ShouldBe(["_SUCCESS", "manifest.json", "part-00000.parquet", "part-00001.parquet", "part-00002.parquet"]);

        (await home.Refused(home.Request("guests.csv", $"s3://{_bucket}/scored"))).ShouldBe("batch.output-exists");
        await home.Result(home.Request(home.Csv(10, "few.csv"), $"s3://{_bucket}/scored") with { Overwrite = true });

        (await Names(store, "scored")).ShouldBe(["_SUCCESS", "manifest.json", "part-00000.parquet"]);
        await Put(store, Path.Combine(home.Folder, "few.csv"), "mine/letter.csv");
        (await home.Refused(home.Request("few.csv", $"s3://{_bucket}/mine") with { Overwrite = true })).ShouldBe("batch.output-exists");
    }

    [Fact]
    public async Task Large_objects_come_and_go_in_pieces_and_a_broken_transfer_goes_on()
    {
        var (home, store) = await Start();
        await using var _ = home;
        using var __ = store;
        var (large, back) = (Path.Combine(home.Folder, "large"), Path.Combine(home.Folder, "back"));
        var bytes = new byte[(40 << 20) + 7];
        new Random(4).NextBytes(bytes);
        await File.WriteAllBytesAsync(large, bytes, Cancelled);
        var sent = new List<long>();

        // The first attempt is cancelled in the middle of each way.
        using (var stop = new CancellationTokenSource())
            await Should.ThrowAsync<OperationCanceledException>(() => store.Upload(large, new(_bucket, "large"), at => { if (at > 16 << 20) stop.Cancel(); }, stop.Token));
        (await store.Find(new(_bucket, "large"), Cancelled)).Value.ShouldBeNull("half an object is none");
        (await store.Upload(large, new(_bucket, "large"), sent.Add, Cancelled)).Refusal.ShouldBeNull();
        using (var stop = new CancellationTokenSource())
            await Should.ThrowAsync<OperationCanceledException>(() => store.Download(new(_bucket, "large"), back, (at, _) => { if (at > 20 << 20) stop.Cancel(); }, stop.Token));
        var first = 0L;
        (await store.Download(new(_bucket, "large"), back, (at, _) => first = first == 0 ? at : first, Cancelled)).Value.Length.ShouldBe(bytes.Length);

        sent.ShouldBe([16 << 20, 32 << 20, bytes.Length]);
        first.ShouldBeGreaterThan(20 << 20, "it went on where it stopped");
        (await File.ReadAllBytesAsync(back, Cancelled)).AsSpan().SequenceEqual(bytes).ShouldBeTrue();
        Directory.EnumerateFiles(home.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["back", "large"]);
    }

    [Fact]
    public async Task What_is_missing_denied_or_not_allowed_is_told()
    {
        var (home, store) = await Start();
        await using var _ = home;
        using var __ = store;
        var source = home.Csv(5);

        (await home.Run(home.Request($"s3://{_bucket}/none.csv", "x.csv"))).Problem!.Code.ShouldBe("object.missing");
        (await home.Run(home.Request("s3://no-such-bucket-here/none.csv", "x.csv"))).Problem!.Code.ShouldBe("object.missing");
        (await home.Refused(home.Request("s3://bucket", "x.csv"))).ShouldBe("batch.invalid");
        (await home.Refused(home.Request(source, "s3://bucket"))).ShouldBe("batch.output-invalid");
        (await home.Refused(home.Request(source, "s3://no-such-bucket-here/x.csv"))).ShouldBe("object.missing");

        await using var stranger = await BatchHome.Start(Outside(Address, "other", "other-secret"));
        (await stranger.Run(stranger.Request($"s3://{_bucket}/none.csv", "x.csv"))).Problem!.Code.ShouldBe("object.denied");
        await using var wrong = await BatchHome.Start(Outside(Address, "cairn", "wrong"));
        (await wrong.Refused(wrong.Request(wrong.Csv(5), $"s3://{_bucket}/x.csv"))).ShouldBe("object.denied");
        await using var nobody = await BatchHome.Start(Outside(new("http://127.0.0.1:1"), "k", "s"));
        (await nobody.Run(nobody.Request($"s3://{_bucket}/none.csv", "x.csv"))).Problem!.Code.ShouldBe("object.unreachable");
    }

    private static Uri Address
    {
        get
        {
            var address = Environment.GetEnvironmentVariable("CAIRN_TEST_S3");
            Assert.SkipWhen(string.IsNullOrEmpty(address), "CAIRN_TEST_S3 names no server; ./test.sh starts one.");
            return new(address!);
        }
    }

    private static Cairn.Server.OutsideOptions Outside(Uri address, string key, string secret) => new() { S3Endpoint = address.GetLeftPart(UriPartial.Authority).Replace($"{address.UserInfo}@", "", StringComparison.Ordinal), S3AccessKey = key, S3SecretKey = secret };

    private async Task<(BatchHome Home, ObjectStore Store)> Start()
    {
        var address = Address;
        var (key, secret) = (address.UserInfo.Split(':')[0], address.UserInfo.Split(':')[1]);
        var outside = Outside(address, key, secret);
        using (var client = new Amazon.S3.AmazonS3Client(new Amazon.Runtime.BasicAWSCredentials(key, secret), new Amazon.S3.AmazonS3Config { ServiceURL = outside.S3Endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1" }))
            await client.PutBucketAsync(_bucket, Cancelled);
        return (await BatchHome.Start(outside), new(new() { Endpoint = new(outside.S3Endpoint!), AccessKey = key, SecretKey = secret }));
    }

    private async Task Put(ObjectStore store, string file, string key) => (await store.Upload(file, new(_bucket, key), _ => { }, Cancelled)).Refusal.ShouldBeNull();

    private async Task Get(ObjectStore store, string key, string file) => (await store.Download(new(_bucket, key), file, (_, _) => { }, Cancelled)).Refusal.ShouldBeNull();

    private async Task<List<string>> Names(ObjectStore store, string key) => [.. (await store.Below(new(_bucket, key), Cancelled)).Value.Select(one => one.Address.Key[(key.Length + 1)..]).Order(StringComparer.Ordinal)];
}

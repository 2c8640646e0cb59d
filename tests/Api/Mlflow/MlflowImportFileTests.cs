using Cairn.Api.Tests.Tracking;
using Cairn.Unit.Tests.Storage;
using Cairn.Unit.Tests.Tracking;

namespace Cairn.Api.Tests.Mlflow;

public sealed class MlflowImportFilesOnSqlite : MlflowImportFileTests
{
    protected override bool Postgres => false;
}

public sealed class MlflowImportFilesOnPostgres : MlflowImportFileTests
{
    protected override bool Postgres => true;
}

/// <summary>The files of a store of MLflow: of this machine, in S3, and out of reach.</summary>
public abstract class MlflowImportFileTests : MlflowImportOn
{
    [Fact]
    public async Task Files_of_this_machine_come_along_and_others_stay_where_they_are()
    {
        Store.Experiment(1, "local");
        Store.Experiment(2, "proxied", "mlflow-artifacts:/2");
        Store.Experiment(3, "bucket", "s3://bucket/mlflow/3");
        Store.Experiment(4, "relative", "./mlruns/4");
        Store.Experiment(5, "elsewhere", "/etc");
        Store.RunRow(One, 1, place: $"file://{Folder}/mlruns/1/{One}/artifacts");
        Store.Artifact(One, "model/größe 1.txt", "one", 1);
        Store.Artifact(One, "plot.txt", "plot", 1);
        File.CreateSymbolicLink(Path.Combine(Folder, "mlruns", "1", One, "artifacts", "secret"), "/etc/passwd");
        Store.RunRow(Two, 2, place: $"mlflow-artifacts:/2/{Two}/artifacts");
        Store.Artifact(Two, "a.txt", "two", 2, "mlartifacts");
        Store.RunRow(Three, 3, place: $"s3://bucket/mlflow/3/{Three}/artifacts");
        Store.RunRow(MlflowStoreFile.Id(4), 4, place: $"./mlruns/4/{MlflowStoreFile.Id(4)}/artifacts");
        Store.Artifact(MlflowStoreFile.Id(4), "b.txt", "four", 4);
        Store.RunRow(MlflowStoreFile.Id(5), 5, place: "/etc");

        var result = await Take();

        (await Content(1, One, "model/gr%C3%B6%C3%9Fe%201.txt"), await Content(1, One, "plot.txt"), await Content(2, Two, "a.txt"), await Content(4, MlflowStoreFile.Id(4), "b.txt")).ShouldBe(("one", "plot", "two", "four"));
        Text((await Host.Http.MlflowGet($"runs/get?run_id={Three}"))["run"]!["info"]!["artifact_uri"]).ShouldBe($"s3://bucket/mlflow/3/{Three}/artifacts");
        result.Remarks.Select(remark => $"{remark.Kind} {remark.Subject}: {remark.Reason}").ShouldBe(
        [
            "files bucket: The files of its runs stay at s3://bucket/mlflow/3.", $"file {One} secret: It is a link.",
            $"file {MlflowStoreFile.Id(5)} /etc: Its files are in /etc, where the server may not read. Start the server with --data-root /etc, or a folder above, and import again.",
        ]);
        Count(result, "files").ShouldBe((6, 4, 0, 2));

        Task<string> Content(long experiment, string run, string path) => Host.Http.GetStringAsync($"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/{path}");
    }

    [Fact]
    public async Task Files_in_S3_are_copied_when_that_is_asked_for_and_stay_else()
    {
        using var s3 = await S3Server.Start();
        await using var first = await TrackingHost.Start(Postgres, s3.Options);
        await using var host = await TrackingHost.Start(Postgres, s3.Options);
        var place = $"s3://{s3.Bucket}/mlflow/7";
        Store.Experiment(7, "there", place);
        Store.RunRow(One, 7, place: $"{place}/{One}/artifacts");
        Store.Insert("registered_models", "churn", 1000, 2000, "");
        Version(1, $"{place}/{One}/artifacts/model", "None", One);
        foreach (var (key, text) in new[] { ("model/MLmodel", "flavors: {}"), ("größe 1.txt", "small"), ("folder/", "") })
            await s3.Client.PutObjectAsync(new() { BucketName = s3.Bucket, Key = $"mlflow/7/{One}/artifacts/{key}", ContentBody = text });

        var stayed = await Take(into: first);
        Count(stayed, "experiments").Refused.ShouldBe(0);
        stayed.Remarks.ShouldContain(remark => remark.Reason.Contains($"stay at {place}", StringComparison.Ordinal));
        Text((await first.Http.MlflowGet($"runs/get?run_id={One}"))["run"]!["info"]!["artifact_uri"]).ShouldBe($"{place}/{One}/artifacts");

        (await Take(Source with { CopyS3 = true }, first)).Remarks.ShouldContain(remark => remark.Reason.Contains("those that are copied are not shown", StringComparison.Ordinal));

        var copied = await Take(Source with { CopyS3 = true }, host);

        Count(copied, "files").Taken.ShouldBe(2);
        copied.Remarks.ShouldBeEmpty();
        Text((await host.Http.MlflowGet($"runs/get?run_id={One}"))["run"]!["info"]!["artifact_uri"]).ShouldBe($"mlflow-artifacts:/7/{One}/artifacts");
        (await host.Http.GetStringAsync($"/api/2.0/mlflow-artifacts/artifacts/7/{One}/artifacts/größe%201.txt")).ShouldBe("small");
        Text((await host.Http.MlflowGet("model-versions/get?name=churn&version=1"))["model_version"]!["source"]).ShouldBe($"mlflow-artifacts:/7/{One}/artifacts/model");
    }

    [Fact]
    public async Task A_store_of_files_out_of_reach_stops_the_import_which_can_go_on_later()
    {
        await using var host = await TrackingHost.Start(Postgres, new() { Endpoint = new("http://127.0.0.1:1"), AccessKey = "k", SecretKey = "s" });
        Store.Experiment(7, "there", "s3://bucket/mlflow/7");
        Store.RunRow(One, 7, place: $"s3://bucket/mlflow/7/{One}/artifacts");

        var stopped = await Should.ThrowAsync<Cairn.Storage.StorageException>(() => Take(Source with { CopyS3 = true }, host));

        stopped.Message.ShouldContain("cannot be reached");
    }
}

using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.EndToEnd.Tests.Running;
using Npgsql;

namespace Cairn.EndToEnd.Tests.Faults;

/// <summary>kill -9 at random moments of a batch into a table of SQLite, one of PostgreSQL, and objects of S3, on the real servers: every row is there once.</summary>
[Collection("kills")]
public class TargetKillTests(ScoredBank bank) : IClassFixture<ScoredBank>
{
    private const int Kills = 3;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_table_of_SQLite_has_every_row_once() => UntilKilledMidway(async attempt =>
    {
        var name = $"killed-{attempt}.db";
        var file = bank.Folder[name];
        await KillAndFinish(["--output", name, "--output-table", "scored"], () => Task.FromResult(File.Exists(file) && new FileInfo(file).Length > 1 << 20));

        (await CairnProcess.Run(bank.Folder, ["batch", "bank", "--source", name, "--table", "scored", "--output", "back.csv", "--keep", "CustomerId"])).ShouldSucceed();
        Once((await File.ReadAllLinesAsync(bank.Folder["back.csv"], Cancelled))[1..].Select(Key));
    });

    [Fact]
    public Task A_table_of_PostgreSQL_has_every_row_once() => UntilKilledMidway(async _ =>
    {
        var server = Environment.GetEnvironmentVariable("CAIRN_TEST_POSTGRES");
        Assert.SkipWhen(string.IsNullOrEmpty(server), "CAIRN_TEST_POSTGRES names no server; ./test.sh starts one.");
        var schema = $"kill_{Guid.NewGuid():N}";
        await using var database = NpgsqlDataSource.Create(server!);
        await Execute(database, $"CREATE SCHEMA {schema}");
        try
        {
            bank.Folder.Environment["CAIRN_CONNECTION_CRM"] = new NpgsqlConnectionStringBuilder(server) { SearchPath = schema }.ToString();
            await KillAndFinish(["--output", "crm", "--output-table", "scored"], async () =>
                (await Rows(database, $"SELECT to_regclass('{schema}.cairn_batches') IS NOT NULL")).Single() is "True" && (await Rows(database, $"SELECT count(*) > 0 FROM {schema}.cairn_batches WHERE part >= 0")).Single() is "True");

            Once(await Rows(database, $"""SELECT "CustomerId" FROM {schema}.scored"""));
            (await Rows(database, $"SELECT count(DISTINCT batch_id) FROM {schema}.scored")).ShouldBe(["1"]);
        }
        finally
        {
            await Execute(database, $"DROP SCHEMA {schema} CASCADE");
        }
    });

    [Fact]
    public Task Objects_of_S3_have_every_row_once() => UntilKilledMidway(async _ =>
    {
        var address = Environment.GetEnvironmentVariable("CAIRN_TEST_S3");
        Assert.SkipWhen(string.IsNullOrEmpty(address), "CAIRN_TEST_S3 names no server; ./test.sh starts one.");
        var (server, bucket) = (new Uri(address!), $"kill-{Guid.NewGuid():N}"[..20]);
        var (endpoint, key, secret) = (server.GetComponents(UriComponents.SchemeAndServer, UriFormat.Unescaped), server.UserInfo.Split(':')[0], server.UserInfo.Split(':')[1]);
        using var store = new AmazonS3Client(new BasicAWSCredentials(key, secret), new AmazonS3Config { ServiceURL = endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
        await store.PutBucketAsync(bucket, Cancelled);
        foreach (var (name, value) in new[] { ("ENDPOINT", endpoint), ("ACCESS_KEY", key), ("SECRET_KEY", secret) }) bank.Folder.Environment[$"CAIRN_S3_{name}"] = value;

        await KillAndFinish(["--output", $"s3://{bucket}/scored", "--format", "csv"], async () => (await Names(store, bucket)).Count > 0);

        var names = await Names(store, bucket);
        names.Select(name => name[(name.LastIndexOf('/') + 1)..]).ShouldBe(["_SUCCESS", "manifest.json", "part-00000.csv", "part-00001.csv"]);
        var keys = new List<string>();
        foreach (var name in names.Where(name => name.EndsWith(".csv", StringComparison.Ordinal)))
        {
            using var part = await store.GetObjectAsync(bucket, name, Cancelled);
            using var reader = new StreamReader(part.ResponseStream);
            keys.AddRange((await reader.ReadToEndAsync(Cancelled)).TrimEnd('\n').Split('\n').Skip(1).Select(Key));
        }

        Once(keys);
    });

    /// <summary>On a busy machine a batch may have ended before its kill: such a one says nothing, and another is tried into another target.</summary>
    private static async Task UntilKilledMidway(Func<int, Task> attempt)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                await attempt(tried);
                return;
            }
            catch (EndedTooEarly) when (tried < 4)
            {
            }
        }
    }

    /// <summary>Killed some time after it took up the batch, each time later or sooner; once more when the first of it stands in the target; and then let go on.</summary>
    private async Task KillAndFinish(string[] output, Func<Task<bool>> begun)
    {
        string[] batch = ["batch", "bank", "--source", ScoredBank.Source, .. output, "--keep", "CustomerId,CreditScore,Geography,Age,Balance,IsActive", "--explain", "1"];
        for (var kill = 1; kill <= Kills; kill++)
        {
            using var killed = CairnProcess.Start(bank.Folder, batch);
            while (kill < Kills ? !Directory.Exists(Path.Combine(bank.Folder.Home, "batches")) || !Directory.EnumerateDirectories(Path.Combine(bank.Folder.Home, "batches")).Any() : !await begun())
            {
                if (killed.HasExited) throw new EndedTooEarly((await killed.End()).ShouldSucceed().All);
                await Task.Delay(5, Cancelled);
            }

            if (kill < Kills) await Task.Delay(Random.Shared.Next(kill == 1 ? 300 : 900), Cancelled);
            if (killed.HasExited) throw new EndedTooEarly((await killed.End()).ShouldSucceed().All);
            killed.Kill();
        }

        var finished = await CairnProcess.Run(bank.Folder, batch);
        if (finished.Error.Contains("batch.output-exists", StringComparison.Ordinal)) throw new EndedTooEarly(finished.All); // between the last look and the kill
        finished.ShouldSucceed().Out.ShouldContain("goes on where it stopped");
        Directory.EnumerateFileSystemEntries(Path.Combine(bank.Folder.Home, "batches")).ShouldBeEmpty();
    }

    private sealed class EndedTooEarly(string message) : Exception(message);

    private static void Once(IEnumerable<string> keys) => keys.Order(StringComparer.Ordinal).SequenceEqual(ScoredBank.Keys, StringComparer.Ordinal).ShouldBeTrue("each row once");

    private static string Key(string line) => line[..line.IndexOf(',', StringComparison.Ordinal)];

    private static async Task<List<string>> Names(AmazonS3Client store, string bucket) =>
        [.. ((await store.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket }, Cancelled)).S3Objects ?? []).Select(one => one.Key).Order(StringComparer.Ordinal)];

    private static async Task Execute(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    private static async Task<List<string>> Rows(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Cancelled);
        var rows = new List<string>();
        while (await reader.ReadAsync(Cancelled)) rows.Add($"{reader.GetValue(0)}");
        return rows;
    }
}

/// <summary>A model of a bank's customers, and more of them to score: two parts.</summary>
public sealed class ScoredBank : IAsyncLifetime
{
    public const string Source = "bank/all.csv";

    private const int Rows = 200_000;

    internal TestFolder Folder { get; } = new();

    public static IEnumerable<string> Keys => Enumerable.Range(0, Rows).Select(i => $"C{i:00000}").Order(StringComparer.Ordinal);

    public async ValueTask InitializeAsync()
    {
        await Folder.Project(Tables.Bank(1_500));
        (await CairnProcess.Run(Folder, "run", "bank")).ShouldSucceed();
        Folder.Write(Source, Tables.Bank(Rows, seed: 11));
    }

    public ValueTask DisposeAsync()
    {
        Folder.Dispose();
        return default;
    }
}

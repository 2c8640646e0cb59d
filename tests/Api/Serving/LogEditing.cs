using System.Text.Json;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Serving;

/// <summary>What a test does to the log behind the back of the server.</summary>
internal static class LogEditing
{
    /// <summary>Where things stand in a record: see <see cref="LogRecord"/>.</summary>
    public const int ProbabilityAt = 37, FeaturesAt = 56;

    /// <summary>Flips bits of a record as it lies in the database.</summary>
    public static async Task Flip(this ServingHost host, string predictionId, int at, byte bits)
    {
        var id = Guid.ParseExact(predictionId, "N").ToByteArray(bigEndian: true);
        (await host.Services.GetRequiredService<LogDatabase>().Write(transaction =>
        {
            foreach (var block in transaction.Query<Block>("SELECT block_id, to_ms, body FROM prediction_blocks"))
            {
                var place = block.Body.AsSpan().IndexOf(id);
                if (place < 0) continue;
                block.Body[place + at] ^= bits;
                return transaction.Execute("UPDATE prediction_blocks SET body = @Body WHERE block_id = @BlockId", block);
            }

            return 0;
        })).ShouldBe(1);
    }

    public static Task<int> Execute(this ServingHost host, string sql, object? parameters = null) =>
        host.Services.GetRequiredService<LogDatabase>().Write(transaction => transaction.Execute(sql, parameters));

    /// <summary>Predictions of what serves now, as if they had been asked at those times.</summary>
    public static async Task<IReadOnlyList<string>> LogAt(this ServingHost host, string deployment, IEnumerable<(DateTimeOffset Time, string Row)> asked, byte[]? sealedBytes = null, RecordFlags flags = RecordFlags.None)
    {
        var served = host.Services.GetRequiredService<LiveDeployments>().Find(WorkspaceId.Default, deployment).Value.Serving!;
        var records = new LogRecords();
        var ids = new List<string>();
        foreach (var (time, text) in asked)
        {
            var (id, row) = (Uuid7.NewGuid(new StoppedClock(time)), served.Package.Predictor.NewRow());
            var json = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(text));
            json.Read();
            served.Package.Predictor.Read(ref json, row, "$").ShouldBeNull();
            records.Add(id, Time.ToMicros(time), 100, served.Source, flags, served.Package.Predictor.Score(row), row.Features, "me"u8, "test"u8, row.PackInputs(), sealedBytes ?? []);
            ids.Add(id.ToString("N"));
        }

        await host.Services.GetRequiredService<PredictionLog>().Append(served.Source, records);
        return ids;
    }

    private sealed class StoppedClock(DateTimeOffset time) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time;
    }
}

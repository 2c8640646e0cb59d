using System.Buffers.Binary;
using Cairn.Kernel;
using Cairn.Serving.Log;
using Cairn.Storage;

namespace Cairn.Serving.Batch;

/// <summary>Brings what <see cref="LoggedRows"/> made into the log, piece by piece, each with a note of it in one transaction: stopped anywhere, nothing is there twice.</summary>
internal sealed class BatchLog(LogDatabase database, PersonalData personal)
{
    public static string FileOf(string folder, int part) => Path.Combine(folder, $"part-{part:00000}.log");

    /// <param name="progress">Predictions that are in the log.</param>
    public async Task<long> Keep(WorkspaceId workspace, string batch, LogSource source, string folder, int parts, Action<int, long> progress, CancellationToken cancellation)
    {
        var logged = 0L;
        for (var part = 0; part < parts; part++)
        {
            var done = await database.Read(
                transaction => transaction.Scalar<long>("SELECT CAST(coalesce(max(pieces), 0) AS BIGINT) FROM batch_log WHERE workspace_id = @workspace AND batch_id = @batch AND part = @part", new { workspace, batch, part }), cancellation);
            await using var file = File.OpenRead(FileOf(folder, part));
            for (var piece = 1L; await Next(file, cancellation) is { } bytes; piece++)
            {
                var records = new LogRecords();
                records.Add(source, bytes);
                logged += records.Count;
                if (piece <= done) continue;
                if (records.Count > 0 && records.HoldPersonalData) await personal.Seal(records);
                var (number, now) = (part, piece);
                await database.Write(transaction => Insert(transaction, workspace, batch, source, records, number, now), cancellation);
                source.Stored();
                progress(part, logged);
            }
        }

        return logged;
    }

    /// <summary>The notes of a batch that has got to its end.</summary>
    public Task Forget(WorkspaceId workspace, string batch, CancellationToken cancellation) =>
        database.Write(transaction => transaction.Execute("DELETE FROM batch_log WHERE workspace_id = @workspace AND batch_id = @batch", new { workspace, batch }), cancellation);

    private static bool Insert(WriteTransaction transaction, WorkspaceId workspace, string batch, LogSource source, LogRecords records, int part, long piece)
    {
        transaction.TakeTurn(Block.Turn);
        var noted = transaction.Execute(
            """
            INSERT INTO batch_log (workspace_id, batch_id, part, pieces) VALUES (@workspace, @batch, @part, @piece)
            ON CONFLICT (workspace_id, batch_id, part) DO UPDATE SET pieces = excluded.pieces WHERE batch_log.pieces = excluded.pieces - 1
            """, new { workspace, batch, part, piece });
        if (noted != 1) throw new InvalidOperationException($"Part {part} of batch {batch} is being logged by somebody else.");
        if (records.Count == 0) return true;
        if (!source.IsStored) source.Insert(transaction);
        Block.Insert(transaction, workspace, source.Row.Deployment, records);
        return true;
    }

    private static async Task<byte[]?> Next(FileStream file, CancellationToken cancellation)
    {
        var length = new byte[sizeof(int)];
        if (await file.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false, cancellation) < length.Length) return null;
        var bytes = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        await file.ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }
}

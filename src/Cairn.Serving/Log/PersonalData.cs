using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cairn.Kernel;

namespace Cairn.Serving.Log;

/// <summary>
/// Keeps personal data out of the log in the clear. What a model saw of it is encrypted with the key of the entity (AES-256-GCM,
/// bound to the prediction's id); an entity whose name is personal data itself is logged under a pseudonym.
/// </summary>
internal sealed class PersonalData(EntityKeys keys)
{
    private const int Nonce = 12, Tag = 16;

    /// <summary>The name under which the log has somebody whose name is personal data. The same each time, and told to nobody without the workspace's secret.</summary>
    public async ValueTask<string> Pseudonym(WorkspaceId workspace, string entity)
    {
        var name = KeyName.Pseudonyms(workspace);
        return Pseudonym((await keys.Ensure([name]))[name], entity);
    }

    /// <summary>What makes pseudonyms in a workspace; null when nobody in it has one.</summary>
    public async ValueTask<Func<string, string>?> Pseudonyms(WorkspaceId workspace, CancellationToken cancellation)
    {
        var name = KeyName.Pseudonyms(workspace);
        return (await keys.Find([name], cancellation)).TryGetValue(name, out var secret) ? entity => Pseudonym(secret, entity) : null;
    }

    /// <summary>Rewrites the records of a request so that they may be stored.</summary>
    public async ValueTask Seal(LogRecords records)
    {
        var sources = records.Sources.ToDictionary(source => source.Row.SourceId);
        var (workspace, deployment) = (records.Sources[0].Row.WorkspaceId, records.Sources[0].Row.Deployment); // of all of them
        var rows = ReadAll(records);
        if (records.Sources.Any(source => source.EntityIsPersonal))
        {
            var name = KeyName.Pseudonyms(workspace);
            var secret = (await keys.Ensure([name]))[name];
            rows = [.. rows.Select(row => row.Entity.Length > 0 ? row with { Entity = Pseudonym(secret, row.Entity) } : row)];
        }

        if (records.Sources.Any(source => source.Personal is { Any: true }))
        {
            var found = await keys.Ensure([.. rows.Select(row => KeyName.Of(workspace, deployment, row.Entity)).Distinct()]);
            rows = [.. rows.Select(row => sources[row.Source].Personal is { Any: true } ? Seal(row, sources[row.Source], found[KeyName.Of(workspace, deployment, row.Entity)]) : row)];
        }

        records.Clear();
        foreach (var row in rows)
        {
            records.Add(row.Id, row.Time, row.Latency, sources[row.Source], row.Flags, row.Probability, row.Features, Encoding.UTF8.GetBytes(row.Entity), Encoding.UTF8.GetBytes(row.Caller), row.Inputs, row.Sealed);
        }
    }

    /// <summary>Records as they were before <see cref="Seal(LogRecords)"/>. One that is still sealed afterwards was of somebody who is erased.</summary>
    public async ValueTask<IReadOnlyList<LogRecord>> Unseal(WorkspaceId workspace, string deployment, IReadOnlyList<LogRecord> records, CancellationToken cancellation)
    {
        if (records.All(record => record.Sealed.Length == 0)) return records;
        var found = await keys.Find([.. records.Where(record => record.Sealed.Length > 0).Select(record => KeyName.Of(workspace, deployment, record.Entity)).Distinct()], cancellation);
        return [.. records.Select(record => record.Sealed.Length > 0 && found.TryGetValue(KeyName.Of(workspace, deployment, record.Entity), out var key) ? Unseal(record, key) : record)];
    }

    private static List<LogRecord> ReadAll(LogRecords records)
    {
        var rows = new List<LogRecord>(records.Count);
        var reader = BlockReader.Of(records);
        while (reader.Next()) rows.Add(LogRecord.Read(reader.Record));
        return rows;
    }

    private static string Pseudonym(byte[] secret, string entity) => $"~{Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(entity)))[..32]}";

    /// <summary>Encrypted: how many features, place and bits of each, then all the raw inputs.</summary>
    private static LogRecord Seal(LogRecord row, LogSource source, byte[] key)
    {
        var places = source.Personal!.Features;
        var plain = new byte[sizeof(ushort) + (places.Count * (sizeof(ushort) + sizeof(float))) + row.Inputs.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(plain, (ushort)places.Count);
        var features = (float[])row.Features.Clone();
        var at = sizeof(ushort);
        foreach (var place in places)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(plain.AsSpan(at), (ushort)place);
            BinaryPrimitives.WriteSingleLittleEndian(plain.AsSpan(at + sizeof(ushort)), features[place]);
            features[place] = float.NaN;
            at += sizeof(ushort) + sizeof(float);
        }

        row.Inputs.CopyTo(plain.AsSpan(at));
        var box = new byte[Nonce + plain.Length + Tag];
        RandomNumberGenerator.Fill(box.AsSpan(0, Nonce));
        using var aes = new AesGcm(key, Tag);
        aes.Encrypt(box.AsSpan(0, Nonce), plain, box.AsSpan(Nonce, plain.Length), box.AsSpan(Nonce + plain.Length), row.Id.ToByteArray(bigEndian: true));
        return row with { Features = features, Sealed = box, Inputs = row.Inputs.Length == 0 ? [] : source.Personal!.Without(row.Inputs) };
    }

    private static LogRecord Unseal(LogRecord row, byte[] key)
    {
        var plain = new byte[row.Sealed.Length - Nonce - Tag];
        using var aes = new AesGcm(key, Tag);
        try
        {
            aes.Decrypt(row.Sealed.AsSpan(0, Nonce), row.Sealed.AsSpan(Nonce, plain.Length), row.Sealed.AsSpan(Nonce + plain.Length), plain, row.Id.ToByteArray(bigEndian: true));
        }
        catch (AuthenticationTagMismatchException)
        {
            return row; // of a key that was dropped: he came back, and has another now
        }

        var features = (float[])row.Features.Clone();
        var at = sizeof(ushort);
        for (var count = BinaryPrimitives.ReadUInt16LittleEndian(plain); count > 0; count--)
        {
            features[BinaryPrimitives.ReadUInt16LittleEndian(plain.AsSpan(at))] = BinaryPrimitives.ReadSingleLittleEndian(plain.AsSpan(at + sizeof(ushort)));
            at += sizeof(ushort) + sizeof(float);
        }

        return row with { Features = features, Inputs = plain[at..], Sealed = [] };
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cairn.Kernel;

namespace Cairn.Serving.Streams;

/// <summary>One delivery of a message.</summary>
/// <param name="Tag">What the broker knows the delivery by.</param>
/// <param name="Id">The publisher's own name for the message (<c>message_id</c>); null when it gave none.</param>
/// <param name="About">Exchange, routing key, <c>correlation_id</c> and <c>timestamp</c>: what tells messages without an id apart besides their body.</param>
/// <param name="Redelivered">It was sent before, to whomever.</param>
internal sealed record StreamMessage(ulong Tag, string? Id, string? CorrelationId, string? ReplyTo, string About, bool Redelivered, ReadOnlyMemory<byte> Body)
{
    private const int KeyBytes = 16;

    public bool HasId => Id is not null;

    /// <value>The same for each delivery of the message.</value>
    public string Key { get; } = KeyOf(Id, About, Body.Span);

    /// <summary>The id of the prediction for a row: the same whenever the message comes.</summary>
    public Guid PredictionId(WorkspaceId workspace, string stream, long seenMs, int row) =>
        Uuid7.FromHash(seenMs, SHA256.HashData(Encoding.UTF8.GetBytes($"{workspace.Value}\n{stream}\n{Key}\n{row}")));

    private static string KeyOf(string? id, string about, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Encoding.UTF8.GetBytes(id is null ? $"about {about}" : $"id {id}"));
        if (id is null) Append(hash, body);
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, KeyBytes));
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}

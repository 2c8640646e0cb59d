using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Cairn.Learning.Preprocessing;

/// <summary>A fixed list of distinct texts, found by their UTF-8 bytes without making a string. The place of a text is its code.</summary>
internal sealed class TextTable
{
    private readonly byte[] _bytes;
    private readonly int[] _ends;
    private readonly int[] _buckets;

    public TextTable(IReadOnlyList<string> texts)
    {
        Texts = texts;
        _ends = new int[texts.Count];
        _bytes = new byte[texts.Sum(Encoding.UTF8.GetByteCount)];
        for (int code = 0, start = 0; code < texts.Count; code++) _ends[code] = start += Encoding.UTF8.GetBytes(texts[code], _bytes.AsSpan(start));

        _buckets = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, texts.Count * 2))];
        for (var code = 0; code < texts.Count; code++)
        {
            if (Find(Utf8(code)) >= 0) throw new ArgumentException($"The text '{texts[code]}' is in the list twice.", nameof(texts));
            var bucket = Hash(Utf8(code)) & (_buckets.Length - 1);
            while (_buckets[bucket] != 0) bucket = (bucket + 1) & (_buckets.Length - 1);
            _buckets[bucket] = code + 1;
        }
    }

    public IReadOnlyList<string> Texts { get; }

    /// <summary>The code of a text; -1 when it is not in the table.</summary>
    public int Find(ReadOnlySpan<byte> utf8)
    {
        for (var bucket = Hash(utf8) & (_buckets.Length - 1); ; bucket = (bucket + 1) & (_buckets.Length - 1))
        {
            var code = _buckets[bucket] - 1;
            if (code < 0 || Is(code, utf8)) return code;
        }
    }

    public int Find(string text)
    {
        Span<byte> utf8 = text.Length <= 128 ? stackalloc byte[512] : new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        return Find(utf8[..Encoding.UTF8.GetBytes(text, utf8)]);
    }

    public bool Is(int code, ReadOnlySpan<byte> utf8) => Utf8(code).SequenceEqual(utf8);

    private ReadOnlySpan<byte> Utf8(int code) => _bytes.AsSpan((code == 0 ? 0 : _ends[code - 1])..(_ends[code]));

    private static int Hash(ReadOnlySpan<byte> utf8)
    {
        var hash = (ulong)utf8.Length;
        for (; utf8.Length >= 8; utf8 = utf8[8..]) hash = (hash ^ MemoryMarshal.Read<ulong>(utf8)) * 0x9E3779B97F4A7C15;
        foreach (var value in utf8) hash = (hash ^ value) * 0x9E3779B97F4A7C15;
        return (int)(hash >> 33);
    }
}

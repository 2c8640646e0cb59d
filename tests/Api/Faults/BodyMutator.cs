using System.Text;
using System.Text.Json;

namespace Cairn.Api.Tests.Faults;

/// <summary>Makes broken and odd bodies of good ones. The same seed and number give the same body, in any order and on any thread.</summary>
internal sealed class BodyMutator
{
    /// <summary>What stands badly where a value, or anything else, was expected.</summary>
    private static readonly string[] Nasty =
    [
        "null", "true", "false", "0", "-0", "-1", "0.5", "1e308", "1e999", "-1e999", "1e-400", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
        "99999999999999999999999999999999999999", "0.1000000000000000055511151231257827", "00", "+1", "1.", ".5", "0x10", "NaN", "Infinity", "\"NaN\"", "\"-Infinity\"",
        "\"\"", "\" \"", "\"0\"", "\"1e999\"", "\"null\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\uFEFF\"", "\"\\\"", "\"\\x\"", "\"a\nb\"", "'a'", "\"../../etc/passwd\"", "\"%2e%2e%2f\"",
        "\"🦄\"", "\"e\\u0301\"", "\"\\u202e\"", "\"2024-02-30\"", "\"{\\\"rows\\\":[]}\"", "[]", "{}", "[[]]", "[null]", "{\"a\":{}}", "{\"\":null}", "{\"$ref\":\"#\"}", "{\"rows\":[]}", "// c", "/* c */", ",", ":", "}", "]", "",
    ];

    private readonly byte[][] _seeds;
    private readonly List<(int Start, int Length)>[] _tokens;
    private readonly int _seed;

    public BodyMutator(int seed, params IEnumerable<string> bodies)
    {
        _seed = seed;
        _seeds = [.. bodies.Select(Encoding.UTF8.GetBytes)];
        _tokens = [.. _seeds.Select(Tokens)];
    }

    public byte[] Make(int number)
    {
        var draw = Draw(_seed, number);
        var which = draw.Next(_seeds.Length);
        var body = new List<byte>(_seeds[which]);
        for (var edits = draw.Next(1, 5); edits > 0; edits--)
        {
            // The places of tokens are those of the untouched body: later edits hit beside them, which is as good.
            if (draw.Next(2) == 0) EditToken(body, _tokens[which], draw);
            else EditBytes(body, draw);
        }

        return [.. body];
    }

    /// <summary>The same in every process, and neighbours have nothing in common: the finalizer of SplitMix64.</summary>
    public static Random Draw(int seed, int number)
    {
        var z = unchecked((((ulong)(uint)seed << 32) | (uint)number) + 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return new Random((int)(uint)(z ^ (z >> 31)));
    }

    /// <summary>A text for a place in a path or a query.</summary>
    public static string Odd(Random draw) => draw.Next(12) switch
    {
        0 => new string('x', draw.Next(1, 3000)),
        1 => "2147483647",
        2 => "-2147483649",
        3 => "\0",
        4 => "a\0b",
        5 => "\uFFFD\u202E\u0301",
        6 => "%00",
        7 => "a,b,,c",
        8 => "0001-01-01T00:00:00Z",
        9 => Convert.ToBase64String([(byte)draw.Next(256), (byte)draw.Next(256), (byte)draw.Next(256)]),
        _ => Nasty[draw.Next(Nasty.Length)].Trim('"'),
    };

    private static void EditToken(List<byte> body, List<(int Start, int Length)> tokens, Random draw)
    {
        var (start, length) = tokens[draw.Next(tokens.Count)];
        start = Math.Min(start, body.Count);
        length = Math.Min(length, body.Count - start);
        switch (draw.Next(6))
        {
            case 0: // gone
                body.RemoveRange(start, length);
                break;
            case 1: // twice
                body.InsertRange(start, body.GetRange(start, length));
                break;
            case 2: // another one of this body
                var (from, much) = tokens[draw.Next(tokens.Count)];
                from = Math.Min(from, body.Count);
                var other = body.GetRange(from, Math.Min(much, body.Count - from));
                Replace(body, start, length, [.. other]);
                break;
            case 3: // long or deep
                Replace(body, start, length, Encoding.UTF8.GetBytes(Large(draw)));
                break;
            default:
                Replace(body, start, length, Encoding.UTF8.GetBytes(Nasty[draw.Next(Nasty.Length)]));
                break;
        }
    }

    private static void EditBytes(List<byte> body, Random draw)
    {
        var at = draw.Next(body.Count + 1);
        var length = Math.Min(draw.Next(1, 20), body.Count - at);
        switch (draw.Next(6))
        {
            case 0 when at < body.Count:
                body[at] ^= (byte)(1 << draw.Next(8));
                break;
            case 1 when at < body.Count:
                body[at] = (byte)draw.Next(256);
                break;
            case 2:
                body.RemoveRange(at, length);
                break;
            case 3:
                body.InsertRange(at, body.GetRange(at, length));
                break;
            case 4 when draw.Next(4) == 0: // broken off
                body.RemoveRange(at, body.Count - at);
                break;
            default:
                var noise = new byte[draw.Next(1, 9)];
                draw.NextBytes(noise);
                body.InsertRange(at, noise);
                break;
        }
    }

    private static string Large(Random draw)
    {
        var size = 1 << draw.Next(4, 17);
        return draw.Next(5) switch
        {
            0 => new string('[', size),
            1 => $"{new string('[', size / 2)}{new string(']', size / 2)}",
            2 => $"\"{new string('x', size)}\"",
            3 => new string('9', size),
            _ => $"{{{string.Join(',', Enumerable.Range(0, size / 16).Select(i => $"\"m{i}\":{i}"))}}}",
        };
    }

    private static void Replace(List<byte> body, int start, int length, byte[] by)
    {
        body.RemoveRange(start, length);
        body.InsertRange(start, by);
    }

    private static List<(int Start, int Length)> Tokens(byte[] body)
    {
        var tokens = new List<(int, int)>();
        var reader = new Utf8JsonReader(body);
        while (reader.Read()) tokens.Add(((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex)));
        return tokens;
    }
}

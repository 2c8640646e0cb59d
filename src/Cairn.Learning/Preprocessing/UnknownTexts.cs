using System.Text.Json;

namespace Cairn.Learning.Preprocessing;

/// <summary>The texts of one row that are not in the table of its pipeline: no features, but the log keeps them, for another version may know them.</summary>
internal sealed class UnknownTexts(int inputs)
{
    /// <value>Bytes for all of them together; what does not fit is known to have been there, no more.</value>
    public const int Room = 4096;

    private readonly (int Start, int Length)[] _places = new (int, int)[inputs];
    private byte[] _bytes = [];
    private int _used;
    private bool _any;

    public void Clear()
    {
        if (!_any) return;
        Array.Clear(_places);
        (_used, _any) = (0, false);
    }

    /// <param name="json">Stands on a string.</param>
    public void Keep(int input, ref Utf8JsonReader json)
    {
        _any = true;
        _places[input] = default;
        if (_bytes.Length == 0) _bytes = new byte[Room];
        var raw = json.HasValueSequence ? json.ValueSequence.Length : json.ValueSpan.Length; // escaped, so at least as long as the text
        if (raw > Room - _used) return;
        try
        {
            var length = json.CopyString(_bytes.AsSpan(_used));
            _places[input] = (_used, length + 1);
            _used += length;
        }
        catch (InvalidOperationException) // half a surrogate pair
        {
        }
    }

    /// <summary>False: it was not kept.</summary>
    public bool TryGet(int input, out ReadOnlySpan<byte> utf8)
    {
        var (start, length) = _places[input];
        utf8 = length > 0 ? _bytes.AsSpan(start, length - 1) : default;
        return length > 0;
    }
}

namespace Cairn.Serving.Truth;

/// <summary>Texts in the order of both databases: that of their code points, which UTF-16 does not keep beyond U+FFFF.</summary>
internal static class Utf8Order
{
    public static int Compare(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        for (var i = 0; i < length; i++)
        {
            if (left[i] != right[i]) return Rank(left[i]) - Rank(right[i]);
        }

        return left.Length - right.Length;
    }

    // Surrogates, D800 to DFFF, stand for what comes after FFFF.
    private static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}

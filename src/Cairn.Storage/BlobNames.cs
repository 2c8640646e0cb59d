namespace Cairn.Storage;

/// <summary>One of those who keep digests of blobs in their rows. Every module that writes blobs registers what names them.</summary>
/// <param name="Who">For a person: <c>packages</c>.</param>
/// <param name="Among">Of some digests (in hex), those that a row names.</param>
public sealed record BlobNames(string Who, Func<HashSet<string>, CancellationToken, Task<IReadOnlyCollection<string>>> Among)
{
    private const int Digits = 64;

    /// <summary>Those in a column of digests.</summary>
    /// <param name="column">Best with an index.</param>
    public static IReadOnlyCollection<string> InColumn(ReadTransaction transaction, string table, string column, HashSet<string> digests)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return transaction.Query<string>($"SELECT DISTINCT {column} FROM {table} WHERE {column} {transaction.Among("digests")}", new { digests = transaction.Texts(digests) });
    }

    /// <summary>Those in a column of free text or JSON, whatever else it says: any 64 hex digits that are one of them count.</summary>
    public static IReadOnlyCollection<string> InTexts(ReadTransaction transaction, string table, string column, HashSet<string> digests)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(digests);
        var found = new HashSet<string>(StringComparer.Ordinal);
        transaction.Each($"SELECT {column} FROM {table} WHERE {column} IS NOT NULL", null, row => Collect(row.Text(0), digests, found));
        return found;
    }

    private static void Collect(string text, HashSet<string> digests, HashSet<string> found)
    {
        var sought = digests.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var at = 0; at + Digits <= text.Length;)
        {
            var other = text.AsSpan(at, Digits).LastIndexOfAnyExceptInRange('0', 'f');
            if (other >= 0)
            {
                at += other + 1;
                continue;
            }

            if (sought.TryGetValue(text.AsSpan(at, Digits), out var digest)) found.Add(digest);
            at++;
        }
    }
}

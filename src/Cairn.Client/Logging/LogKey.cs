using System.Text.RegularExpressions;

namespace Cairn.Client.Logging;

/// <summary>What the protocol lets metrics, params and tags be called: told where it is written, not when the batch is refused.</summary>
internal static partial class LogKey
{
    /// <value>A longer one would be cut by the server without a word.</value>
    public const int LongestParam = 6000, LongestTag = 8000;

    private const int Longest = 250;

    public static string Checked(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (key.Length > Longest) throw new ArgumentException($"The key has {key.Length} characters; {Longest} are allowed.", nameof(key));
        if (!Allowed().IsMatch(key)) throw new ArgumentException($"'{key}' is no key: letters, digits, '_', '-', '.', ' ', ':' and '/' are allowed.", nameof(key));
        if (key.Split('/').Any(part => part is "" or "." or "..")) throw new ArgumentException($"'{key}' is no key: no part between slashes is empty, '.' or '..'.", nameof(key));
        return key;
    }

    public static string CheckedValue(string what, string key, string value, int longest) => value.Length <= longest
        ? value
        : throw new ArgumentException($"The {what} '{key}' has {value.Length} characters; {longest} are allowed. Store it as an artifact, with LogTextAsync.", nameof(value));

    [GeneratedRegex(@"^[/\w.\- :]+\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Allowed();
}

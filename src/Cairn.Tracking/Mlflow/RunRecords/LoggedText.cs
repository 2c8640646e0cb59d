using Cairn.Tracking.Mlflow.Protocol;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>Params and tags of runs: values that are too long are cut, as MLflow does unless told otherwise.</summary>
internal static class LoggedText
{
    private const int LongestParam = 6000, LongestTag = 8000;
    private const long MostMilliseconds = long.MaxValue / 1000;

    public static string Param(string value) => Cut(value, LongestParam);

    public static string Tag(string value) => Cut(value, LongestTag);

    public static Dictionary<string, string> Tags(IReadOnlyList<KeyValuePair<string, string>> tags)
    {
        var byKey = new Dictionary<string, string>(tags.Count + 1, StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            KeyRule.Check(key, "key", "key");
            byKey[key] = Tag(value);
        }

        return byKey;
    }

    public static long Micros(long milliseconds, string field) => milliseconds is >= 0 and <= MostMilliseconds
        ? milliseconds * 1000
        : throw MlflowException.Invalid($"Invalid value {milliseconds} for parameter '{field}' supplied: milliseconds since 1970 are expected, from 0 to {MostMilliseconds}.");

    private static string Cut(string value, int longest) =>
        value.Length <= longest ? value : value[..(char.IsHighSurrogate(value[longest - 1]) ? longest - 1 : longest)];
}

namespace Cairn.Tracking.Experiments;

/// <summary>The names of experiments read as paths: <c>team/churn/2026</c> lies below <c>team/churn</c>. A slash at the beginning is part of the first name.</summary>
internal static class ExperimentPath
{
    /// <summary>The node directly below a path that a name lies at or below; the name begins with the path and a slash.</summary>
    /// <param name="path">Empty: the top.</param>
    public static string Step(string name, string path)
    {
        var slash = name.IndexOf('/', Math.Min(name.Length, path.Length == 0 ? 1 : path.Length + 2));
        return slash < 0 ? name : name[..slash];
    }

    public static bool Holds(string path, string name) => name == path || (name.Length > path.Length && name[path.Length] == '/' && name.StartsWith(path, StringComparison.Ordinal));

    /// <summary>A condition on a column: names below @first and before @after.</summary>
    public static string Below(string column) => $"{column} >= @first AND {column} < @after";

    public static string First(string path) => path + "/";

    public static string After(string path) => path + "0"; // '0' follows '/'
}

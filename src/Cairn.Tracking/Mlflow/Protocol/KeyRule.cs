using Cairn.Tracking.Naming;

namespace Cairn.Tracking.Mlflow.Protocol;

/// <summary>What metrics, params and tags of runs may be called: Cairn's own rule, refused in MLflow's words.</summary>
internal static class KeyRule
{
    public const int Longest = 250;

    /// <param name="parameter">As it is called in the request: <c>key</c>, and <c>name</c> for metrics.</param>
    /// <param name="what">As a key that is too long is called.</param>
    public static void Check(string? key, string parameter, string what, string place = "")
    {
        if (string.IsNullOrEmpty(key)) throw MlflowException.Required(place + "key");
        if (IsPlain(key)) return;
        if (key.Length > Longest) throw MlflowException.TooLong(what, Longest);
        if (Names.Key(key) is not { } refusal) return;

        throw MlflowException.Invalid($"Invalid value \"{key}\" for parameter '{place}{parameter}' supplied: "
            + (Names.HasKeyShape(key)
                ? $"Names may be treated as files in certain cases, and must not resolve to other names when treated as such. {refusal.Detail}"
                : "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/)."));
    }

    /// <summary>What nearly all are.</summary>
    public static bool IsPlain(string? key)
    {
        if (string.IsNullOrEmpty(key) || key.Length > Longest || key[0] == '.') return false;
        foreach (var c in key)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.' or ':' or ' '))
                return false;
        return true;
    }
}

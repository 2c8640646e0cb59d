using System.Text.RegularExpressions;
using Cairn.Kernel;

namespace Cairn.Tracking.Naming;

/// <summary>What experiments, runs, models, aliases, keys and values may be called. Null: it may.</summary>
internal static partial class Names
{
    private const int LongestKey = 250;

    public static Refusal? Experiment(string? name) => Line("experiment.name-invalid", "An experiment's name", name, 500);

    public static Refusal? Run(string? name) => Line("run.name-invalid", "A run's name", name, 250);

    /// <remarks>A model's name is part of URLs and of <c>models:/NAME@champion</c>.</remarks>
    public static Refusal? Model(string? name) =>
        Line("registry.name-invalid", "A model's name", name, 256)
        ?? (name!.AsSpan().IndexOfAny("/:\\") >= 0 || name is "." or ".."
            ? new Refusal.Invalid("registry.name-invalid", $"'{name}' cannot name a model: it holds '/', ':' or '\\', or is a dot. Letters, digits, blanks, '-', '_' and '.' are safe.")
            : null);

    public static Refusal? Alias(string? alias) =>
        alias is { Length: > 0 and <= 255 } && AliasShape().IsMatch(alias) && !ReservedAlias().IsMatch(alias)
            ? null
            : new Refusal.Invalid(
                "registry.alias-invalid",
                $"'{Shown(alias)}' cannot be an alias. An alias is 1 to 255 letters, digits, '_' and '-'; 'latest' and 'v' with digits are reserved for versions.");

    /// <summary>Keys of metrics, params and run tags: what MLflow allows, so that every key can be told to its clients.</summary>
    public static Refusal? Key(string? key) =>
        key is null or "" ? new Refusal.Invalid("run.key-invalid", "A metric, param or tag has no key.")
        : key.Length > LongestKey ? new Refusal.Invalid("run.key-invalid", $"The key '{Shown(key)}' has {key.Length} characters; {LongestKey} are allowed.")
        : !HasKeyShape(key) ? new Refusal.Invalid("run.key-invalid", $"The key '{Shown(key)}' may only hold letters, digits, '_', '-', '.', ':', blanks and '/'.")
        : key.Split('/').Any(part => part is "" or "." or "..") ? new Refusal.Invalid("run.key-invalid", $"The key '{key}' reads like a path that leaves its place: no empty part, '.' or '..' between slashes.")
        : null;

    /// <summary>Whether a key holds no character but those it may.</summary>
    public static bool HasKeyShape(string key) => KeyShape().IsMatch(key);

    /// <summary>Keys of tags of experiments and models, which MLflow restricts in length only.</summary>
    public static Refusal? TagKey(string? key) => Line("tag.key-invalid", "A tag's key", key, LongestKey);

    /// <summary>Free text; may be empty and have several lines.</summary>
    public static Refusal? Value(string code, string what, string? value, int longest) =>
        value is null ? new Refusal.Invalid(code, $"{what} is missing. Leave it empty to store nothing.")
        : value.Length > longest ? new Refusal.Invalid(code, $"{what} has {value.Length} characters; {longest} are allowed.")
        : value.Contains('\0') ? new Refusal.Invalid(code, $"{what} holds U+0000, which no database keeps.")
        : HasLoneSurrogate(value) ? new Refusal.Invalid(code, $"{what} is not valid Unicode.")
        : null;

    private static Refusal.Invalid? Line(string code, string what, string? name, int longest) =>
        string.IsNullOrWhiteSpace(name) ? new Refusal.Invalid(code, $"{what} is empty; 1 to {longest} characters are needed.")
        : name.Length > longest ? new Refusal.Invalid(code, $"{what} has {name.Length} characters; {longest} are allowed.")
        : name.Any(char.IsControl) || HasLoneSurrogate(name) ? new Refusal.Invalid(code, $"{what} holds a control character or half of one: '{Shown(name)}'.")
        : null;

    private static bool HasLoneSurrogate(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at])) continue;
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1])) return true;
            at++;
        }

        return false;
    }

    private static string Shown(string? text) =>
        text is null ? "" : string.Concat((text.Length > 60 ? text[..60] + "…" : text).Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));

    [GeneratedRegex(@"^[\w\-]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AliasShape();

    [GeneratedRegex(@"^(latest|v[0-9]+)\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ReservedAlias();

    [GeneratedRegex(@"^[/\w.\- :]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KeyShape();
}

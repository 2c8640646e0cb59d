using System.Globalization;
using System.Text.RegularExpressions;
using Cairn.Client.Wire;

namespace Cairn.Web.Components;

/// <summary>Numbers and times as people read them; the rules are those of the visual language.</summary>
internal static partial class Format
{
    public const string None = "–";

    /// <summary>7,043</summary>
    public static string Count(long number) => number.ToString("#,0", CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>0.850; none for what is not a number.</summary>
    public static string Score(double? score) => score is { } value && double.IsFinite(value) ? value.ToString("0.000", CultureInfo.InvariantCulture).Replace('-', '−') : None;

    /// <summary>38 µs, 0.4 ms, 2.9 s, 2m 06s, 1h 04m.</summary>
    public static string Duration(long? fromMicros, long? toMicros)
    {
        if (fromMicros is not { } from || toMicros is not { } to || to < from) return None;
        var time = TimeSpan.FromMicroseconds(to - from);
        return time switch
        {
            { TotalMicroseconds: > 0 and < 100 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0} µs"),
            { TotalMilliseconds: 0 or (>= 9.95 and < 1000) } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms"),
            { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms"),
            { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
            { TotalHours: < 1 } => $"{(int)time.TotalMinutes}m {time.Seconds:00}s",
            _ => $"{(int)time.TotalHours}h {time.Minutes:00}m",
        };
    }

    /// <summary>0.4 ms, 2.9 s: a length of time.</summary>
    public static string Duration(long? micros) => Duration(0, micros);

    /// <summary>69 %, 4.2 %: a share; one decimal below ten percent.</summary>
    public static string Percent(double? share) => share is not { } value || !double.IsFinite(value) ? None
        : (value * 100).ToString(value is > -0.1 and < 0.1 and not 0 ? "0.0" : "0", CultureInfo.InvariantCulture).Replace('-', '−') + "\u00a0%";

    /// <summary>0.828–0.871</summary>
    public static string Interval(double? low, double? high, int decimals = 3) => low is null || high is null ? None : $"{Number(low, decimals)}–{Number(high, decimals)}";

    /// <summary>19–24 %; with as many decimals as it takes to tell its ends apart.</summary>
    public static string Interval(ShareWire share)
    {
        var decimals = (share.High - share.Low) switch { < 0.002 => 2, < 0.02 => 1, _ => 0 };
        return $"{Number(share.Low * 100, decimals)}–{Number(share.High * 100, decimals)}\u00a0%";
    }

    /// <summary>A number with that many decimals, thousands apart.</summary>
    public static string Number(double? number, int decimals) => number is { } value && double.IsFinite(value)
        ? (Math.Round(value, decimals) is 0 ? 0 : value).ToString("#,0." + new string('0', decimals), CultureInfo.InvariantCulture).TrimEnd('.').Replace('-', '−') : None;

    /// <summary>A number of unknown size with up to five significant digits: 0.0231, 12.4, 104,293, 1.2e−07.</summary>
    public static string Number(double? number) => number is not { } value || !double.IsFinite(value) ? None
        : (Math.Abs(value) switch { 0 => "0", >= 1e9 or < 1e-4 => value.ToString("0.###e-00", CultureInfo.InvariantCulture), >= 1000 => value.ToString("#,0.##", CultureInfo.InvariantCulture), _ => value.ToString("G5", CultureInfo.InvariantCulture) }).Replace('-', '−');

    /// <summary>+0.0045, −0.012: a difference, its sign always there.</summary>
    public static string Difference(double? difference, int decimals = 3) => difference is > 0 && Math.Round(difference.Value, decimals) > 0 ? "+" + Number(difference, decimals) : Number(difference, decimals);

    /// <summary>0.13, 0.004, &lt; 0.001: a p value under its name.</summary>
    public static string P(double? p) => p switch { >= 0 and < 0.001 => "< 0.001", >= 0 and < 0.01 => Number(p, 3), >= 0 => Number(p, 2), _ => None };

    /// <summary>Every digit, as programs read it: for files.</summary>
    public static string? Exact(double? number) => number?.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>$104.29</summary>
    public static string Money(double? dollars) => dollars is { } value && double.IsFinite(value) ? $"{(value < 0 ? "−" : "")}${Number(Math.Abs(value), 2)}" : None;

    /// <summary>977 kB, 1.4 GB: thousands, as disks are sold.</summary>
    public static string Bytes(long? bytes) => bytes switch
    {
        null => None,
        < 1000 => $"{bytes} B",
        < 1_000_000 => $"{Round(bytes.Value / 1e3)} kB",
        < 1_000_000_000 => $"{Round(bytes.Value / 1e6)} MB",
        _ => $"{Round(bytes.Value / 1e9)} GB",
    };

    /// <summary>1 run, 2 runs.</summary>
    public static string Many(long count, string one, string? many = null) => $"{Count(count)} {(count == 1 ? one : many ?? one + "s")}";

    /// <summary>A name within a sentence: cut, and kept from turning the words around it the other way. In markup a <c>bdi</c> does that.</summary>
    public static string Name(string name, int length = 60) => name.AsSpan().IndexOfAnyExceptInRange('\0', '\u058F') >= 0 ? $"\u2068{Clip(name, length)}\u2069" : Clip(name, length);

    /// <summary>runs/01a2161deedf for runs/01a2161deedf74cc81bd4ae7dd6f0c7e: the path of a thing, its ids short.</summary>
    public static string Subject(string subject) => Clip(string.Join('/', subject.Split('/').Select(part => part.Length >= 32 && part.All(char.IsAsciiHexDigitLower) ? Short(part) : part)), 80);

    /// <summary>Words as a sentence begins with them.</summary>
    public static string Capital(string words) => words is [var first, .. var rest] ? char.ToUpperInvariant(first) + rest : words;

    /// <summary>A text cut to a length, with an ellipsis; never in the middle of a character.</summary>
    public static string Clip(string text, int length)
    {
        if (text.Length <= length) return text;
        var end = char.IsLowSurrogate(text[length - 1]) ? length - 2 : length - 1;
        return text[..end] + "…";
    }

    public static string Ago(long micros, DateTimeOffset now)
    {
        var then = At(micros);
        return (now - then) switch
        {
            { TotalSeconds: < 60 } => "just now",
            { TotalMinutes: < 60 } and var age => $"{(int)age.TotalMinutes} min ago",
            { TotalHours: < 24 } and var age => $"{(int)age.TotalHours} h ago",
            _ => then.Year == now.Year ? then.ToString("d MMM, HH:mm", CultureInfo.InvariantCulture) : then.ToString("d MMM yyyy", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>20 Nov 2026, 17:02 UTC; scripts show it in the viewer's zone.</summary>
    public static string Moment(long micros) => At(micros).UtcDateTime.ToString("d MMM yyyy, HH:mm", CultureInfo.InvariantCulture) + " UTC";

    public static string Iso(long micros) => At(micros).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    public static string Full(long micros) => At(micros).UtcDateTime.ToString("d MMM yyyy, HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";

    /// <summary>ROC AUC for roc_auc, cv ROC AUC for cv.roc_auc (the mean over folds), cv ROC AUC sd for cv.roc_auc.sd; any other name as it is, for it is searched by that.</summary>
    public static string Metric(string key) => key switch
    {
        ['c', 'v', '.', .. var rest, '.', 's', 'd'] => $"cv {Metric(rest)} sd",
        ['c', 'v', '.', .. var rest] => $"cv {Metric(rest)}",
        ['t', 'r', 'i', 'a', 'l', '.', .. var rest] => $"trial {Metric(rest)}",
        ['b', 'a', 's', 'e', 'l', 'i', 'n', 'e', '.', .. var rest] => $"baseline {Metric(rest)}",
        "roc_auc" => "ROC AUC",
        "pr_auc" => "PR AUC",
        "log_loss" => "log loss",
        "brier" => "Brier",
        "rmse" => "RMSE",
        "mae" => "MAE",
        "f1" => "F1",
        "ece" => "ECE",
        "ks" => "KS",
        "mcc" => "MCC",
        "train_seconds" => "train seconds",
        "cost_per_row" => "cost per row",
        "calibration_gap" => "calibration gap",
        _ => key,
    };

    /// <summary>As <see cref="Metric"/>, where it begins what is said: Log loss. What stays as it was logged keeps its letters.</summary>
    public static string Heading(string key) => Metric(key) is var name && name != key && !name.StartsWith("cv ", StringComparison.Ordinal) ? Capital(name)
        : key is "accuracy" or "precision" or "recall" or "threshold" ? Capital(key) : name;

    /// <summary>
    /// The first 12 digits of an id and the first 8 of a digest; a short one stays as it is. An id begins with its millisecond: its first 8 digits are those
    /// of every id of the same minute.
    /// </summary>
    public static string Short(string id) => id.Length switch { > 16 and <= 32 => id[..12], > 32 => id[..8], _ => id };

    /// <summary>A sentence of the server, cut, its negative numbers with a minus as all others here: "difference −0.0007". Dates, ids and ranges keep their hyphens.</summary>
    public static string Said(string text, int length) => Clip(NegativeSign().Replace(text, "−"), length);

    [GeneratedRegex(@"(?<![\w.\-)\]])-(?=\.?\d)|(?<=(?<![\w.\-])-?\d+(?:\.\d+)?[eE])-(?=\d+(?![\w\-]))", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NegativeSign();

    private static string Round(double value) => value.ToString(value < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);

    private static DateTimeOffset At(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}

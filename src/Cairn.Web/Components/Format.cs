using System.Globalization;

namespace Cairn.Web.Components;

/// <summary>Numbers and times as people read them; the rules are those of the visual language.</summary>
internal static class Format
{
    public const string None = "–";

    /// <summary>7,043</summary>
    public static string Count(long number) => number.ToString("#,0", CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>0.850; none for what is not a number.</summary>
    public static string Score(double? score) => score is { } value && double.IsFinite(value) ? value.ToString("0.000", CultureInfo.InvariantCulture).Replace('-', '−') : None;

    /// <summary>0.4 ms, 2.9 s, 2m 06s, 1h 04m.</summary>
    public static string Duration(long? fromMicros, long? toMicros)
    {
        if (fromMicros is not { } from || toMicros is not { } to || to < from) return None;
        var time = TimeSpan.FromMicroseconds(to - from);
        return time switch
        {
            { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.#} ms"),
            { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
            { TotalHours: < 1 } => $"{(int)time.TotalMinutes}m {time.Seconds:00}s",
            _ => $"{(int)time.TotalHours}h {time.Minutes:00}m",
        };
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

    public static string Iso(long micros) => At(micros).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    public static string Full(long micros) => At(micros).UtcDateTime.ToString("d MMM yyyy, HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";

    /// <summary>ROC AUC for roc_auc, cv ROC AUC for cv.roc_auc (the mean over folds); any other name as it is.</summary>
    public static string Metric(string key) => key switch
    {
        ['c', 'v', '.', .. var rest] => $"cv {Metric(rest)}",
        "roc_auc" => "ROC AUC",
        "pr_auc" => "PR AUC",
        "log_loss" => "log loss",
        "brier" => "Brier",
        "rmse" => "RMSE",
        "mae" => "MAE",
        _ => key.Replace('_', ' '),
    };

    /// <summary>The first 8 digits of an id or digest; a short one stays as it is.</summary>
    public static string Short(string id) => id.Length > 16 ? id[..8] : id;

    private static DateTimeOffset At(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}

using System.Globalization;

namespace Cairn.Cli.Terminals;

/// <summary>How numbers and times are written for people.</summary>
internal static class Format
{
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Metric(double? value) => value is { } v ? v.ToString("0.0000", CultureInfo.InvariantCulture) : "-";

    public static string Percent(double share) => share.ToString("0.0 %", CultureInfo.InvariantCulture);

    /// <param name="micros">Microseconds UTC.</param>
    public static string Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * 10).ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Seconds(double seconds) => seconds < 60
        ? seconds.ToString("0.0 s", CultureInfo.InvariantCulture)
        : $"{(long)seconds / 60} min {(long)seconds % 60} s";

    public static string Bytes(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => (bytes / 1024.0).ToString("0.0 KiB", CultureInfo.InvariantCulture),
        < 1024L * 1024 * 1024 => (bytes / (1024.0 * 1024)).ToString("0.0 MiB", CultureInfo.InvariantCulture),
        _ => (bytes / (1024.0 * 1024 * 1024)).ToString("0.0 GiB", CultureInfo.InvariantCulture),
    };

    public static string Short(string digest) => digest.Length > 12 ? digest[..12] : digest;
}

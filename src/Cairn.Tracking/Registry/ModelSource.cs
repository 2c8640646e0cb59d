using Cairn.Kernel;
using Cairn.Tracking.Naming;

namespace Cairn.Tracking.Registry;

/// <summary>Where the files of a version from outside are. A place on this machine would let a client read the server's disk, so it is refused.</summary>
internal static class ModelSource
{
    /// <value>As MLflow's clients write the files that are no run's.</value>
    private const string OwnRoot = "mlflow-artifacts:";

    private static readonly string[] _schemes = ["s3", "gs", "az", "abfs", "abfss", "wasbs", "hdfs", "http", "https", "ftp", "sftp", "dbfs", "mlflow-artifacts", "runs", "models"];

    public static Refusal? Check(string? source)
    {
        if (string.IsNullOrWhiteSpace(source)) return Bad("", "it is empty");
        if (Names.Value("registry.source-invalid", "The source", source, 2000) is { } text) return text;

        for (var reading = source; ;)
        {
            if (reading.Any(char.IsControl)) return Bad(source, "it holds a control character");
            if (reading.Split('/', '\\', '?', '#').Any(part => part.Trim() == "..")) return Bad(source, "it holds '..'");
            var decoded = Uri.UnescapeDataString(reading);
            if (decoded == reading) break;
            reading = decoded;
        }

        if (source == OwnRoot) return null;
        var colon = source.IndexOf(":/", StringComparison.Ordinal);
        return colon > 0 && _schemes.Contains(source[..colon], StringComparer.OrdinalIgnoreCase) ? null : Bad(source, "it names a place on the server's disk, or no place");
    }

    /// <summary>The run and the folder of its artifacts: <c>runs:/RUN/model</c>, <c>mlflow-artifacts:/0/RUN/artifacts/model</c>. Null: another place.</summary>
    public static (string Run, string Folder)? RunPlace(string source)
    {
        var parts = source.TrimEnd('/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            ["runs:", var run, .. var folder] => (run, string.Join('/', folder)),
            ["mlflow-artifacts:", var experiment, var run, "artifacts", .. var folder] when experiment.All(char.IsAsciiDigit) => (run, string.Join('/', folder)),
            _ => null,
        };
    }

    private static Refusal.Invalid Bad(string source, string problem) => new(
        "registry.source-invalid", $"'{source.Replace("\0", "\\u0000", StringComparison.Ordinal)}' cannot be the source of a version: {problem}. A source is a URL with one of the schemes {string.Join(", ", _schemes)}.");
}

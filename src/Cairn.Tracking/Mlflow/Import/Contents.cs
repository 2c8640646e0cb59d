using Cairn.Client.Wire;
using Cairn.Storage;
using Cairn.Tracking.Naming;

namespace Cairn.Tracking.Mlflow.Import;

/// <summary>What a store holds, as far as can be said without taking it.</summary>
internal static class Contents
{
    /// <summary>The kind of a remark about a whole table.</summary>
    public const string Table = "table";

    /// <summary>Read for other rows, or of no worth without MLflow.</summary>
    private static readonly string[] _silent = ["alembic_version", "latest_metrics", "input_tags"];

    /// <summary>What is counted, where it stands in the store, and the steps that take it.</summary>
    public static IReadOnlyList<(string Kind, string Table, IReadOnlyList<string> Steps)> Kinds { get; } =
    [
        ("experiments", "experiments", ["experiments"]), ("experiment tags", "experiment_tags", ["experiment_tags"]), ("runs", "runs", ["runs"]), ("params", "params", ["params"]), ("tags", "tags", ["tags"]),
        ("metric points", "metrics", ["metrics"]), ("datasets", "datasets", ["datasets"]), ("inputs and outputs", "inputs", ["inputs"]), ("logged models", "logged_models", ["logged_models"]),
        ("logged model params", "logged_model_params", ["logged_model_params"]), ("logged model tags", "logged_model_tags", ["logged_model_tags"]),
        ("logged model metrics", "logged_model_metrics", ["logged_model_metrics"]), ("registered models", "registered_models", ["registered_models"]),
        ("model tags", "registered_model_tags", ["registered_model_tags"]), ("model versions", "model_versions", ["model_versions"]), ("version tags", "model_version_tags", ["model_version_tags"]),
        ("aliases", "registered_model_aliases", ["registered_model_aliases"]), ("champions by stage", "", ["production"]), ("files", "", ["run files", "model files"]),
    ];

    public static IReadOnlyList<(string Kind, long Found)> Counted(SourceStore store) =>
        [.. Kinds.Where(kind => kind.Table.Length > 0).Select(kind => (kind.Kind, store.Count(kind.Table))).Where(kind => kind.Item2 > 0)];

    public static IReadOnlyList<ImportRemarkWire> Remarks(SourceStore store, MlflowSource source)
    {
        var remarks = new List<ImportRemarkWire>();
        foreach (var table in store.Tables.Where(table => !_silent.Contains(table, StringComparer.Ordinal) && Kinds.All(kind => kind.Table != table)).Order(StringComparer.Ordinal))
            if (store.Count(table) is > 0 and var rows)
                remarks.Add(new(Table, table, $"{rows:N0} rows: Cairn has no place for them.", Refused: true));

        foreach (var table in (string[])["metrics", "params", "tags"])
            foreach (var (key, rows) in store.All($"SELECT key, COUNT(*) FROM {table} GROUP BY key", reader => (reader.Text(0), reader.GetInt64(1))))
                if (Names.Key(key) is { } bad) remarks.Add(new(table, key, $"{rows:N0} rows: {bad.Detail}", Refused: true));
        foreach (var name in store.Has("registered_models", "name") ? store.All("SELECT name FROM registered_models", reader => reader.Text(0)) : [])
            if (Names.Model(name) is { } bad) remarks.Add(new("model", name, bad.Detail, Refused: true));
        foreach (var (name, place) in store.All("SELECT name, artifact_location FROM experiments", reader => (reader.Text(0), reader.Text(1))))
        {
            if (ArtifactPlace.Stays(source, place)) remarks.Add(new("files", name, $"The files of its runs stay at {place}.", Refused: false));
            else if (!ObjectAddress.Is(place) && ArtifactPlace.Folder(source, place).Refusal is { } outside) remarks.Add(new("files", name, outside.Detail, Refused: true));
        }

        return remarks;
    }
}

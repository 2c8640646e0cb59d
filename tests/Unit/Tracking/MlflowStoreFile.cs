using System.Data.Common;
using System.Globalization;
using Cairn.Storage;

namespace Cairn.Unit.Tests.Tracking;

/// <summary>
/// A store as MLflow 3.6 has it on SQLite. Tables, columns, keys and indexes are those of MLflow's <c>tests/resources/db/latest_schema.sql</c> and of its migrations below
/// <c>mlflow/store/db_migrations/versions</c>, up to 400f98739977 (logged models), 6953534de441 (steps of inputs) and bf29a5ff90ea (jobs); the tables that Cairn has no place for
/// are here with the columns that a test needs.
/// </summary>
internal sealed class MlflowStoreFile : IDisposable
{
    public const string Schema =
        """
        CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
        INSERT INTO alembic_version VALUES ('bf29a5ff90ea');
        CREATE TABLE experiments (experiment_id INTEGER NOT NULL, name VARCHAR(256) NOT NULL, artifact_location VARCHAR(256), lifecycle_stage VARCHAR(32), creation_time BIGINT, last_update_time BIGINT,
            CONSTRAINT experiment_pk PRIMARY KEY (experiment_id), UNIQUE (name), CHECK (lifecycle_stage IN ('active', 'deleted')));
        CREATE TABLE experiment_tags (key VARCHAR(250) NOT NULL, value VARCHAR(5000), experiment_id INTEGER NOT NULL, CONSTRAINT experiment_tag_pk PRIMARY KEY (key, experiment_id));
        CREATE TABLE runs (run_uuid VARCHAR(32) NOT NULL, name VARCHAR(250), source_type VARCHAR(20), source_name VARCHAR(500), entry_point_name VARCHAR(50), user_id VARCHAR(256), status VARCHAR(9),
            start_time BIGINT, end_time BIGINT, source_version VARCHAR(50), lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER, deleted_time BIGINT,
            CONSTRAINT run_pk PRIMARY KEY (run_uuid), CHECK (lifecycle_stage IN ('active', 'deleted')), CHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED')));
        CREATE TABLE metrics (key VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT NOT NULL, run_uuid VARCHAR(32) NOT NULL, step BIGINT DEFAULT '0' NOT NULL, is_nan BOOLEAN DEFAULT '0' NOT NULL,
            CONSTRAINT metric_pk PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan), CHECK (is_nan IN (0, 1)));
        CREATE TABLE latest_metrics (key VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT, step BIGINT NOT NULL, is_nan BOOLEAN NOT NULL, run_uuid VARCHAR(32) NOT NULL,
            CONSTRAINT latest_metric_pk PRIMARY KEY (key, run_uuid), CHECK (is_nan IN (0, 1)));
        CREATE TABLE params (key VARCHAR(250) NOT NULL, value VARCHAR(8000) NOT NULL, run_uuid VARCHAR(32) NOT NULL, CONSTRAINT param_pk PRIMARY KEY (key, run_uuid));
        CREATE TABLE tags (key VARCHAR(250) NOT NULL, value VARCHAR(8000), run_uuid VARCHAR(32) NOT NULL, CONSTRAINT tag_pk PRIMARY KEY (key, run_uuid));
        CREATE TABLE datasets (dataset_uuid VARCHAR(36) NOT NULL, experiment_id INTEGER NOT NULL, name VARCHAR(500) NOT NULL, digest VARCHAR(36) NOT NULL, dataset_source_type VARCHAR(36) NOT NULL,
            dataset_source TEXT NOT NULL, dataset_schema TEXT, dataset_profile TEXT, CONSTRAINT dataset_pk PRIMARY KEY (experiment_id, name, digest));
        CREATE TABLE inputs (input_uuid VARCHAR(36) NOT NULL, source_type VARCHAR(36) NOT NULL, source_id VARCHAR(36) NOT NULL, destination_type VARCHAR(36) NOT NULL, destination_id VARCHAR(36) NOT NULL,
            step BIGINT DEFAULT '0' NOT NULL, CONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id));
        CREATE TABLE input_tags (input_uuid VARCHAR(36) NOT NULL, name VARCHAR(255) NOT NULL, value VARCHAR(500) NOT NULL, CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name));
        CREATE TABLE logged_models (model_id VARCHAR(36) NOT NULL, experiment_id INTEGER NOT NULL, name VARCHAR(500) NOT NULL, artifact_location VARCHAR(1000) NOT NULL, creation_timestamp_ms BIGINT NOT NULL,
            last_updated_timestamp_ms BIGINT NOT NULL, status INTEGER NOT NULL, lifecycle_stage VARCHAR(32), model_type VARCHAR(500), source_run_id VARCHAR(32), status_message VARCHAR(1000),
            CONSTRAINT logged_models_pk PRIMARY KEY (model_id), CHECK (lifecycle_stage IN ('active', 'deleted')));
        CREATE TABLE logged_model_params (model_id VARCHAR(36) NOT NULL, experiment_id INTEGER NOT NULL, param_key VARCHAR(255) NOT NULL, param_value TEXT NOT NULL, PRIMARY KEY (model_id, param_key));
        CREATE TABLE logged_model_tags (model_id VARCHAR(36) NOT NULL, experiment_id INTEGER NOT NULL, tag_key VARCHAR(255) NOT NULL, tag_value TEXT NOT NULL, PRIMARY KEY (model_id, tag_key));
        CREATE TABLE logged_model_metrics (model_id VARCHAR(36) NOT NULL, metric_name VARCHAR(500) NOT NULL, metric_timestamp_ms BIGINT NOT NULL, metric_step BIGINT NOT NULL, metric_value FLOAT,
            experiment_id INTEGER NOT NULL, run_id VARCHAR(32) NOT NULL, dataset_uuid VARCHAR(36), dataset_name VARCHAR(500), dataset_digest VARCHAR(36),
            CONSTRAINT logged_model_metrics_pk PRIMARY KEY (model_id, metric_name, metric_timestamp_ms, metric_step, run_id));
        CREATE TABLE registered_models (name VARCHAR(256) NOT NULL, creation_time BIGINT, last_updated_time BIGINT, description VARCHAR(5000), CONSTRAINT registered_model_pk PRIMARY KEY (name), UNIQUE (name));
        CREATE TABLE registered_model_tags (key VARCHAR(250) NOT NULL, value VARCHAR(5000), name VARCHAR(256) NOT NULL, CONSTRAINT registered_model_tag_pk PRIMARY KEY (key, name));
        CREATE TABLE registered_model_aliases (alias VARCHAR(256) NOT NULL, version INTEGER NOT NULL, name VARCHAR(256) NOT NULL, CONSTRAINT registered_model_alias_pk PRIMARY KEY (name, alias));
        CREATE TABLE model_versions (name VARCHAR(256) NOT NULL, version INTEGER NOT NULL, creation_time BIGINT, last_updated_time BIGINT, description VARCHAR(5000), user_id VARCHAR(256),
            current_stage VARCHAR(20), source VARCHAR(500), run_id VARCHAR(32), status VARCHAR(20), status_message VARCHAR(500), run_link VARCHAR(500), storage_location VARCHAR(500),
            CONSTRAINT model_version_pk PRIMARY KEY (name, version));
        CREATE TABLE model_version_tags (key VARCHAR(250) NOT NULL, value TEXT, name VARCHAR(256) NOT NULL, version INTEGER NOT NULL, CONSTRAINT model_version_tag_pk PRIMARY KEY (key, name, version));
        CREATE TABLE trace_info (request_id VARCHAR(50) NOT NULL PRIMARY KEY, experiment_id INTEGER NOT NULL, timestamp_ms BIGINT NOT NULL, status VARCHAR(50) NOT NULL);
        CREATE INDEX index_params_run_uuid ON params (run_uuid);
        CREATE INDEX index_metrics_run_uuid ON metrics (run_uuid);
        CREATE INDEX index_latest_metrics_run_uuid ON latest_metrics (run_uuid);
        CREATE INDEX index_tags_run_uuid ON tags (run_uuid);
        CREATE INDEX index_inputs_input_uuid ON inputs (input_uuid);
        CREATE INDEX index_datasets_dataset_uuid ON datasets (dataset_uuid);
        """;

    private readonly DbConnection _connection;

    public MlflowStoreFile(string path, string schema = Schema)
    {
        File = path;
        _connection = OutsideDatabase.OfFile(path).Open(write: true);
        Run("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY"); // a test waits for no disk
        Run(schema);
    }

    public string File { get; }

    public string Folder => Path.GetDirectoryName(File)!;

    /// <summary>An id of MLflow's kind.</summary>
    public static string Id(int number) => $"{number:x8}{new string('a', 16)}{number:x8}";

    public void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>A row of a table; columns in the order of the table.</summary>
    public void Insert(string table, params object?[] values)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = $"INSERT INTO {table} VALUES ({string.Join(", ", values.Select((_, at) => $"@p{at}"))})";
        for (var at = 0; at < values.Length; at++)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"@p{at}", values[at] ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }

        command.ExecuteNonQuery();
    }

    public void Experiment(long id, string name, string? place = null, bool deleted = false, long changed = 2000) =>
        Insert("experiments", id, name, place ?? $"{Folder}/mlruns/{id}", deleted ? "deleted" : "active", 1000, changed);

    public void RunRow(string id, long experiment = 0, string name = "run", string status = "FINISHED", string? place = null, long? deleted = null, long start = 1_700_000_000_000) => Insert(
        "runs", id, name, "LOCAL", "", "", "ada", status, start, status == "RUNNING" ? null : start + 60_000, "", deleted is null ? "active" : "deleted", place ?? $"{Folder}/mlruns/{experiment}/{id}/artifacts", experiment, deleted);

    /// <summary>A point as MLflow's store writes it: NaN as 0 with a mark, infinities as the largest numbers; the latest beside it.</summary>
    public void Point(string run, string key, double value, long timestamp = 1_700_000_000_000, long step = 0)
    {
        var (stored, nan) = (double.IsNaN(value) ? 0 : Math.Clamp(value, -double.MaxValue, double.MaxValue), double.IsNaN(value) ? 1 : 0);
        Insert("metrics", key, stored, timestamp, run, step, nan);
        Run(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            INSERT INTO latest_metrics VALUES ('{key}', {stored:R}, {timestamp}, {step}, {nan}, '{run}')
            ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value, timestamp = excluded.timestamp, step = excluded.step, is_nan = excluded.is_nan
            WHERE (excluded.step, excluded.timestamp, excluded.value) > (latest_metrics.step, latest_metrics.timestamp, latest_metrics.value)
            """));
    }

    /// <summary>Many runs, each with so many metrics of so many points, two params and two tags.</summary>
    public void Many(int runs, int metrics, int points, long experiment = 1)
    {
        const string id = "printf('%08x', i) || 'aaaaaaaaaaaaaaaa' || printf('%08x', i)";
        var numbers = $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {runs})";
        Run(
            $"""
            BEGIN;
            {numbers} INSERT INTO runs SELECT {id}, 'run-' || i, 'LOCAL', '', '', 'ada', 'FINISHED', 1700000000000 + i, 1700000060000 + i, '', 'active', '{Folder}/mlruns/{experiment}/' || {id} || '/artifacts', {experiment}, NULL FROM n;
            {numbers}, m(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM m WHERE k < {metrics - 1}), p(s) AS (SELECT 0 UNION ALL SELECT s + 1 FROM p WHERE s < {points - 1})
            INSERT INTO metrics SELECT 'metric_' || k, (i * 7919 + k * 31 + s * 17) % 10007 / 10007.0, 1700000000000 + i + s, {id}, s, 0 FROM n, m, p;
            INSERT INTO latest_metrics SELECT key, value, timestamp, step, is_nan, run_uuid FROM metrics WHERE step = {points - 1};
            INSERT INTO params SELECT 'depth', '' || (rowid % 10), run_uuid FROM runs UNION ALL SELECT 'rate', '0.' || rowid, run_uuid FROM runs;
            INSERT INTO tags SELECT 'mlflow.runName', name, run_uuid FROM runs UNION ALL SELECT 'team', 'crm', run_uuid FROM runs;
            COMMIT;
            """);
    }

    public string Artifact(string run, string path, string text, long experiment = 0, string root = "mlruns")
    {
        var file = Path.Combine(Folder, root, $"{experiment}", run, "artifacts", path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        System.IO.File.WriteAllText(file, text);
        return file;
    }

    public void Dispose() => _connection.Dispose();
}

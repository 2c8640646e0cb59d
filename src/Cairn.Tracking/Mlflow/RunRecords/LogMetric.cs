using System.Globalization;
using Cairn.Access;
using Cairn.Tracking.Mlflow.LoggedModels;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.RunRecords;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>POST runs/log-metric: one point. The same point again changes nothing.</summary>
internal static class LogMetric
{
    public static void Map(MlflowRoutes routes) => routes.Log("runs/log-metric", Permission.RunsWrite, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var (runId, point, ofModel) = call.Read(static (ref ProtoReader reader) =>
        {
            string? run = null;
            var metric = default(GivenMetric);
            while (reader.Next())
            {
                if (reader.Is("run_id"u8)) run = reader.Text("run_id") ?? run;
                else if (reader.Is("run_uuid"u8)) run ??= reader.Text("run_uuid");
                else if (!metric.Take(ref reader)) reader.Skip();
            }

            if (string.IsNullOrEmpty(run)) throw MlflowException.Required("run_id");
            return (run, metric.Checked(""), metric.OfModel(run));
        });
        await call.Write(transaction =>
        {
            RunLog.WriteMetrics(transaction, call.Workspace, RunForChange.RequireActive(transaction, call.Workspace, runId), [point]);
            if (ofModel is not null) ModelMetrics.Write(transaction, call.Workspace, [ofModel]);
            return true;
        });
        await call.Reply();
    }
}

/// <summary>A metric as it is read.</summary>
internal struct GivenMetric
{
    private string? _key, _model, _dataset, _digest;
    private double? _value;
    private long? _timestamp, _step;

    /// <value>Whether nothing is missing; then no words are needed for where it stands.</value>
    public readonly bool IsGood => KeyRule.IsPlain(_key) && _value is not null && _timestamp is >= 0;

    /// <returns>False: the field is none of a metric's.</returns>
    public bool Take(ref ProtoReader reader)
    {
        if (reader.Is("key"u8)) _key = reader.Text("key");
        else if (reader.Is("value"u8)) _value = reader.Number("value");
        else if (reader.Is("timestamp"u8)) _timestamp = reader.Whole("timestamp");
        else if (reader.Is("step"u8)) _step = reader.Whole("step");
        else if (reader.Is("model_id"u8)) _model = reader.Text("model_id");
        else if (reader.Is("dataset_name"u8)) _dataset = reader.Text("dataset_name");
        else if (reader.Is("dataset_digest"u8)) _digest = reader.Text("dataset_digest");
        else return false;
        return true;
    }

    /// <summary>The same point as one of a logged model; null: it is of none.</summary>
    public readonly ModelPoint? OfModel(string run)
    {
        if (string.IsNullOrEmpty(_model)) return null;
        if (_dataset?.Length > 500) throw MlflowException.TooLong("dataset_name", 500);
        if (_digest?.Length > 255) throw MlflowException.TooLong("dataset_digest", 255);
        var point = Checked("");
        return new()
        {
            ModelId = _model, RunId = run, Key = point.Key, DatasetName = _dataset ?? "", DatasetDigest = _digest ?? "", Timestamp = point.Timestamp, Step = point.Step, Value = point.Value,
            IsNan = point.IsNan,
        };
    }

    /// <param name="place">Empty, or where in a list it stands, with a dot after it.</param>
    public readonly LoggedPoint Checked(string place)
    {
        if (string.IsNullOrEmpty(_key)) throw MlflowException.Required(place + "key");
        if (_value is not { } value) throw MlflowException.Required(place + "value");
        if (_timestamp is not { } timestamp) throw MlflowException.Required(place + "timestamp");
        KeyRule.Check(_key, "name", "Metric name", place);
        if (timestamp < 0)
            throw MlflowException.Invalid(string.Create(CultureInfo.InvariantCulture, $"Invalid value {timestamp} for parameter '{place}timestamp' supplied: metric '{_key}' (value={value}). Timestamp must be a nonnegative long (64-bit integer)"));
        return LoggedPoint.Of(_key, LoggedText.Micros(timestamp, place + "timestamp"), _step ?? 0, value);
    }
}

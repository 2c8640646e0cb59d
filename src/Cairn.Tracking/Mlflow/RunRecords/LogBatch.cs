using Cairn.Access;
using Cairn.Tracking.Mlflow.LoggedModels;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Naming;
using Cairn.Tracking.RunRecords;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>POST runs/log-batch: all of it or nothing.</summary>
internal static class LogBatch
{
    private const int MostMetrics = 1000, MostTexts = 100, Most = 1000;

    public static void Map(MlflowRoutes routes) => routes.Log("runs/log-batch", Permission.RunsWrite, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var request = call.Read(Request.Read);
        if (string.IsNullOrEmpty(request.Run)) throw MlflowException.Required("run_id");
        if (request.Run.AsSpan().ContainsAny('/', '.', '\\')) throw MlflowException.Invalid($"Invalid value \"{request.Run}\" for parameter 'run_id' supplied.");
        CheckSize(request.Metrics.Count, "metrics", MostMetrics);
        CheckSize(request.Params.Count, "params", MostTexts);
        CheckSize(request.Tags.Count, "tags", MostTexts);
        CheckSize(request.Metrics.Count + request.Params.Count + request.Tags.Count, "metrics, params, and tags", Most);

        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in request.Params)
        {
            KeyRule.Check(key, "key", "key");
            if (!parameters.TryAdd(key, LoggedText.Param(value)))
                throw MlflowException.Invalid($"Duplicate parameter keys have been submitted: ['{key}']. Please ensure the request contains only one param value per param key.");
        }

        var tags = LoggedText.Tags(request.Tags);
        if (tags.Remove(RunName.Tag, out var name) && name.Length > 0 && Names.Run(name) is { } bad) throw MlflowException.Of(bad);
        LoggedPoint[] metrics = [.. request.Metrics];
        var ofModels = request.OfModels.ConvertAll(point => point with { RunId = request.Run });
        await call.Write(transaction =>
        {
            var run = RunForChange.RequireActive(transaction, call.Workspace, request.Run);
            if (parameters.Count > 0 && RunLog.WriteParams(transaction, call.Workspace, run, parameters) is { Count: > 0 } changes)
                throw MlflowException.Invalid(
                    $"Changing param values is not allowed. Params were already logged='[{string.Join(", ", changes.Select(change => $"{{'key': '{change.Key}', 'old_value': '{change.Old}', 'new_value': '{change.New}'}}"))}]' for run ID='{request.Run}'.");
            if (metrics.Length > 0) RunLog.WriteMetrics(transaction, call.Workspace, run, metrics);
            ModelMetrics.Write(transaction, call.Workspace, ofModels);
            RunTable.PutTags(transaction, call.Workspace, run, tags);
            if (!string.IsNullOrEmpty(name)) RunTable.Rename(transaction, call.Workspace, run, name);
            return true;
        });
        await call.Reply();
    }

    private static void CheckSize(int count, string what, int most)
    {
        if (count > most)
            throw MlflowException.Invalid($"A batch logging request can contain at most {most} {what}. Got {count} {what}. Please split up {what} across multiple requests and try again.");
    }

    private sealed record Request(string? Run, List<LoggedPoint> Metrics, List<ModelPoint> OfModels, List<KeyValuePair<string, string>> Params, List<KeyValuePair<string, string>> Tags)
    {
        public static Request Read(ref ProtoReader reader)
        {
            string? run = null;
            List<LoggedPoint> metrics = [];
            List<ModelPoint> ofModels = [];
            List<KeyValuePair<string, string>> parameters = [], tags = [];
            while (reader.Next())
            {
                if (reader.Is("run_id"u8)) run = reader.Text("run_id") ?? run;
                else if (reader.Is("run_uuid"u8)) run ??= reader.Text("run_uuid");
                else if (reader.Is("metrics"u8)) metrics = Points(ref reader, ofModels);
                else if (reader.Is("params"u8)) parameters = TagJson.Read(ref reader, "params");
                else if (reader.Is("tags"u8)) tags = TagJson.Read(ref reader, "tags");
                else reader.Skip();
            }

            return new(run, metrics, ofModels, parameters, tags);
        }

        private static List<LoggedPoint> Points(ref ProtoReader reader, List<ModelPoint> ofModels)
        {
            var points = new List<LoggedPoint>();
            var items = 0;
            while (reader.NextItem("metrics", ref items))
            {
                var metric = default(GivenMetric);
                while (reader.Next()) if (!metric.Take(ref reader)) reader.Skip();
                points.Add(metric.IsGood ? metric.Checked("") : metric.Checked(reader.Place + "."));
                if (metric.OfModel("") is { } ofModel) ofModels.Add(ofModel);
            }

            return points;
        }
    }
}

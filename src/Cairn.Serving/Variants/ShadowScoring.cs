using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Cairn.Learning;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Storage;

namespace Cairn.Serving.Variants;

/// <summary>Scores the rows of one answered request after another with the shadows of their deployment, compares and logs. Of one thread.</summary>
internal sealed class ShadowScoring(PredictionLog log)
{
    private const long MostUnstored = 8 << 20;

    private readonly ConcurrentBag<LogRecords> _free = [];
    private long _unstored;

    public void Score(ShadowWork work)
    {
        if (!_free.TryTake(out var records)) records = new();
        foreach (var shadow in work.Routing.Shadows) Score(work, shadow, records);
        foreach (var canary in work.Routing.Canaries) Compare(work, canary, records);
        if (records.Count > 0) _ = Store(work.Routing.Champion.Source, records);
        else _free.Add(records);
    }

    private static void Score(ShadowWork work, RoutedVariant shadow, LogRecords records)
    {
        var (model, champion, scored) = (shadow.Model, work.Routing.Champion, 0);
        var row = model.Package.Rows.Get();
        row.EntityName = work.Routing.EntityName;
        foreach (var answered in work.Rows)
        {
            var started = Stopwatch.GetTimestamp();
            if (Score(model, row, work.Body.Bytes.Slice(answered.Start, answered.Length)) is not { } probability)
            {
                model.Numbers.Add(0, 1, 0, 0, 0);
                continue;
            }

            var micros = (long)Stopwatch.GetElapsedTime(started).TotalMicroseconds;
            var positive = model.IsPositive(probability);
            model.Numbers.Add(1, 0, positive ? 1 : 0, probability, micros);
            if (answered.By == champion) shadow.Pairs.Add(probability, positive, answered.Probability, champion.IsPositive(answered.Probability));
            work.Log?.AddShadow(records, model.Source, answered.Id, probability, row, micros);
            scored++;
        }

        model.Package.Rows.Return(row);
        ServingMeter.ShadowScored.Add(scored, new("deployment", model.Source.Row.Deployment), new("variant", model.Source.Row.Variant));
    }

    /// <summary>What the champion makes of the rows that a canary answered: for the comparison of the two and the log, not for the champion's own numbers.</summary>
    private static void Compare(ShadowWork work, RoutedVariant canary, LogRecords records)
    {
        var champion = work.Routing.Champion;
        var row = champion.Package.Rows.Get();
        row.EntityName = work.Routing.EntityName;
        foreach (var answered in work.Rows)
        {
            if (!ReferenceEquals(answered.By, canary.Model)) continue;
            var started = Stopwatch.GetTimestamp();
            if (Score(champion, row, work.Body.Bytes.Slice(answered.Start, answered.Length)) is not { } probability) continue;
            canary.Pairs.Add(answered.Probability, canary.Model.IsPositive(answered.Probability), probability, champion.IsPositive(probability));
            work.Log?.AddShadow(records, champion.Source, answered.Id, probability, row, (long)Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }

        champion.Package.Rows.Return(row);
    }

    /// <returns>Null: the row does not keep the contract of this model.</returns>
    private static double? Score(ServedModel model, PredictorRow row, ReadOnlySpan<byte> bytes)
    {
        var json = new Utf8JsonReader(bytes);
        json.Read();
        if (model.Package.Predictor.Read(ref json, row, "$") is not null) return null;
        var probability = model.Package.Predictor.Score(row);
        return double.IsFinite(probability) ? probability : null;
    }

    /// <summary>Nobody waits for it; a log that does not keep up loses shadows before they fill the memory.</summary>
    private async Task Store(LogSource source, LogRecords records)
    {
        var (count, bytes, stored) = (records.Count, records.Length, false);
        try
        {
            if (Interlocked.Add(ref _unstored, bytes) <= MostUnstored)
            {
                await log.Append(source, records); // it may rewrite them: nobody else uses them meanwhile
                stored = true;
            }
        }
        catch (StorageException)
        {
            // The log says so itself.
        }
        finally
        {
            if (!stored) ServingMeter.Unlogged.Add(count, new KeyValuePair<string, object?>("deployment", source.Row.Deployment));
            Interlocked.Add(ref _unstored, -bytes);
            records.Clear();
            _free.Add(records);
        }
    }
}

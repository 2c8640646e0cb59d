using System.Collections.Frozen;
using System.Diagnostics;
using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Online;
using Cairn.Serving.Variants;
using Cairn.Storage;

namespace Cairn.Serving.Streams;

/// <summary>A message and what became of it: an answer, or why there cannot be one.</summary>
/// <param name="Id">Of the first prediction.</param>
/// <param name="FromLog">How many of its rows the log held already: their answers are those of then.</param>
internal sealed record ScoredMessage(StreamMessage Message, Refusal? Refusal, byte[] Answer, Guid? Id, int Rows, int FromLog);

/// <summary>
/// From messages to answers that are in the log. A message that comes again has the same ids; rows that the log holds are
/// not logged again, and are answered as they were.
/// </summary>
internal sealed class StreamScoring(LiveDeployments live, AnswerPath path, Predictions predictions, SeenMessages seen)
{
    /// <summary>All of them, in their order; or why none can be answered now, and that is no fault of theirs.</summary>
    /// <param name="messages">Each key once.</param>
    public async Task<Answer<IReadOnlyList<ScoredMessage>>> Score(WorkspaceId workspace, string stream, string deployment, IReadOnlyList<StreamMessage> messages, CancellationToken cancellation)
    {
        var found = live.Find(workspace, deployment);
        if (found.Refusal is { } missing) return missing;
        var route = await found.Value.Route(cancellation);
        if (route.Refusal is { } nothing) return nothing;
        await path.Admission.GiveWay(cancellation);
        try
        {
            var sightings = await seen.Take(workspace, stream, messages, cancellation);
            var logged = await Logged(workspace, deployment, sightings, cancellation);
            return await Score(found.Value, route.Value, new(workspace, $"stream {stream}", FrozenSet<Permission>.Empty), stream, messages, sightings, logged);
        }
        catch (StorageException e)
        {
            return new Refusal.Unavailable("predict.not-logged", $"The log of predictions is out of reach, so the messages wait in their queue. {e.Message}");
        }
    }

    private async Task<Answer<IReadOnlyList<ScoredMessage>>> Score(
        LiveDeployment deployment, Routing routing, Caller caller, string stream, IReadOnlyList<StreamMessage> messages, IReadOnlyDictionary<string, Sighting> sightings,
        IReadOnlyDictionary<Guid, LoggedPrediction> logged)
    {
        var (records, scored, started) = (new LogRecords(), new List<ScoredMessage>(messages.Count), Stopwatch.GetTimestamp());
        var rowLog = RowLog.Of(deployment.Settings.Log, caller, path.Clock);
        var answered = new List<(RowAnswers Rows, AnswerBuffer Buffer)>(messages.Count);
        try
        {
            foreach (var message in messages)
            {
                var buffer = AnswerBuffer.Rent();
                var rows = new RowAnswers(routing, buffer, rowLog, path.Clock, ids: row => message.PredictionId(caller.Workspace, stream, sightings[message.Key].Milliseconds, row), logged: logged);
                answered.Add((rows, buffer));
                scored.Add(Answer(message, rows, buffer, logged));
                if (scored[^1].Refusal is null) records.Add(buffer.Records);
            }

            if (records.Count > 0) await path.Log.Append(routing.Champion.Source, records);
            foreach (var ((rows, buffer), one) in answered.Zip(scored))
            {
                // What was answered from the log was counted, and seen by the shadows, when it was answered first.
                if (one.Refusal is not null || one.FromLog > 0) continue;
                buffer.Publish(Stopwatch.GetElapsedTime(started));
                rows.Shadow(path.Shadows);
            }

            return scored;
        }
        finally
        {
            foreach (var (_, buffer) in answered) buffer.Return();
        }
    }

#pragma warning disable CA1031 // one message that breaks its reader must not hold up the queue for ever
    private static ScoredMessage Answer(StreamMessage message, RowAnswers rows, AnswerBuffer buffer, IReadOnlyDictionary<Guid, LoggedPrediction> logged)
    {
        try
        {
            var refusal = MessageRows.Read(message.Body.Span, rows, out var many) ?? rows.End();
            if (refusal is not null) return new(message, refusal, [], null, 0, 0);
            var fromLog = Write(buffer, rows, many, logged);
            return new(message, null, buffer.Written.ToArray(), rows.Answers.Count > 0 ? rows.Answers[0].Id : null, rows.Answers.Count, fromLog);
        }
        catch (Exception fault)
        {
            return new(message, new Refusal.Invalid("stream.message-broken", $"The message broke its reader: {fault.Message}"), [], null, 0, 0);
        }
    }
#pragma warning restore CA1031

    private static int Write(AnswerBuffer buffer, RowAnswers rows, bool many, IReadOnlyDictionary<Guid, LoggedPrediction> logged)
    {
        var fromLog = 0;
        if (many) buffer.Write("{\"predictions\":["u8);
        for (var i = 0; i < rows.Answers.Count; i++)
        {
            if (i > 0) buffer.Write(","u8);
            var answer = rows.Answers[i];
            if (logged.TryGetValue(answer.Id, out var before))
            {
                fromLog++;
                var then = LoggedPrediction.ToWire(before.Record, before.Source, withFeatures: false);
                using var json = new Utf8JsonWriter(buffer);
                JsonSerializer.Serialize(json, new PredictionWire(then.PredictionId, then.Prediction, then.Probability, then.Threshold, then.Model, then.Version), CairnJson.Options);
            }
            else
            {
                PredictionJson.Write(buffer, answer.By, answer.Id, answer.Probability, null);
            }
        }

        if (many) buffer.Write("]}"u8);
        return fromLog;
    }

    /// <summary>What the log holds of messages that were seen before. All ids of a message have the time at which it was seen.</summary>
    private async Task<IReadOnlyDictionary<Guid, LoggedPrediction>> Logged(
        WorkspaceId workspace, string deployment, IReadOnlyDictionary<string, Sighting> sightings, CancellationToken cancellation)
    {
        var logged = new Dictionary<Guid, LoggedPrediction>();
        foreach (var milliseconds in sightings.Values.Where(sighting => sighting.Before).Select(sighting => sighting.Milliseconds).Distinct())
        {
            await foreach (var some in predictions.Scan(workspace, deployment, milliseconds, milliseconds + 1, cancellation))
            {
                foreach (var one in some.Where(one => !one.Record.Flags.HasFlag(RecordFlags.Shadow))) logged[one.Record.Id] = one;
            }
        }

        return logged;
    }
}

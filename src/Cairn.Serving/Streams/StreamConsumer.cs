using System.Threading.Channels;
using Cairn.Client.Wire;
using Cairn.Kernel;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Cairn.Serving.Streams;

/// <summary>
/// One stream on one connection. Messages are taken, scored and logged; their answers are published and confirmed by the broker; only
/// then are they acknowledged. Whatever ends in between leaves them in the queue.
/// </summary>
internal sealed class StreamConsumer(StreamRow row, StreamSettings settings, LiveStream state, StreamScoring scoring, IConnection connection, TimeProvider clock)
{
    private const int MostTogether = 512, MostUnconfirmed = 64, LongestReason = 1000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), Look = TimeSpan.FromSeconds(5);

    private readonly Channel<StreamDelivery> _arrived = Channel.CreateUnbounded<StreamDelivery>(new() { SingleReader = true });
    private StreamDelivery? _next;

    /// <summary>Works until it is stopped or the connection is lost; what has not been acknowledged then comes again.</summary>
    public async Task Run(CancellationToken stopping)
    {
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), stopping);
        channel.ChannelShutdownAsync += (_, reason) =>
        {
            _arrived.Writer.TryComplete(new OperationInterruptedException(reason));
            return Task.CompletedTask;
        };
        await Measure(channel, stopping);
        await channel.BasicQosAsync(0, (ushort)settings.Prefetch, global: false, stopping);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) => _arrived.Writer.WriteAsync(StreamDelivery.Of(delivery), CancellationToken.None).AsTask();
        consumer.UnregisteredAsync += (_, _) =>
        {
            _arrived.Writer.TryComplete(new InvalidOperationException($"The broker ended the subscription: the queue {settings.Queue} is gone."));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(settings.Queue, autoAck: false, $"cairn-{row.Name}-{Uuid7.New(TimeProvider.System)}", consumer, stopping);
        state.Is(LiveStream.Running);
        await Batches(channel, stopping);
    }

    private async Task Batches(IChannel channel, CancellationToken stopping)
    {
        var looked = clock.GetTimestamp();
        while (!stopping.IsCancellationRequested)
        {
            var batch = await Batch(stopping);
            if (batch.Count > 0) await Answer(channel, batch, stopping);
            if (clock.GetElapsedTime(looked) < Look) continue;
            await Measure(channel, stopping);
            looked = clock.GetTimestamp();
        }
    }

    /// <summary>What has arrived, each message once; none when nothing comes for a while.</summary>
    private async Task<List<StreamDelivery>> Batch(CancellationToken stopping)
    {
        var batch = new List<StreamDelivery>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        if (_next is null && !_arrived.Reader.TryPeek(out _))
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            enough.CancelAfter(Look);
            try
            {
                await _arrived.Reader.WaitToReadAsync(enough.Token);
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                return batch;
            }
        }

        while (batch.Count < MostTogether && (_next ?? (_arrived.Reader.TryRead(out var read) ? read : null)) is { } delivery)
        {
            // The same message once more waits until the first is in the log, and is then answered from it.
            _next = keys.Add(delivery.Message.Key) ? null : delivery;
            if (_next is not null) break;
            batch.Add(delivery);
        }

        return batch;
    }

    private async Task Answer(IChannel channel, List<StreamDelivery> batch, CancellationToken stopping)
    {
        var scored = await Score(batch, stopping);
        var replies = scored.Zip(batch).ToList();
        for (var at = 0; at < replies.Count; at += MostUnconfirmed)
            await Task.WhenAll(replies.Skip(at).Take(MostUnconfirmed).Select(reply => Publish(channel, reply.First, reply.Second, stopping)));

        // Those without a place for dead letters are rejected singly: acknowledging up to the last would take them along.
        foreach (var (_, delivery) in replies.Where(reply => reply.First.Refusal is not null && settings.DeadLetter is null))
            await channel.BasicNackAsync(delivery.Message.Tag, multiple: false, requeue: false, CancellationToken.None);
        if (settings.DeadLetter is not null || scored[^1].Refusal is null) await channel.BasicAckAsync(batch[^1].Message.Tag, multiple: true, CancellationToken.None);
        else if (scored.LastOrDefault(one => one.Refusal is null) is { } last) await channel.BasicAckAsync(last.Message.Tag, multiple: true, CancellationToken.None);

        var answered = scored.Where(one => one.Refusal is null).ToList();
        state.Answered(answered.Count, answered.Sum(one => one.Rows), answered.Count(one => one.FromLog > 0), scored.Count - answered.Count, clock.Micros());
        StreamMeter.Count(row.Name, answered.Count, scored.Count - answered.Count);
    }

    /// <summary>Waits with the messages in its hand while the log is out of reach or nothing serves: the broker sends no more than the prefetch.</summary>
    private async Task<IReadOnlyList<ScoredMessage>> Score(List<StreamDelivery> batch, CancellationToken stopping)
    {
        var messages = batch.ConvertAll(delivery => delivery.Message);
        while (true)
        {
            var scored = await scoring.Score(row.WorkspaceId, row.Name, settings.Deployment, messages, stopping);
            if (scored.Refusal is not { } refusal)
            {
                if (state.Problem is not null) state.Is(LiveStream.Running);
                return scored.Value;
            }

            state.Is(LiveStream.Waiting, refusal.Detail);
            await Task.Delay(Pause, clock, stopping);
            if (_arrived.Reader.Completion.IsCompleted) await _arrived.Reader.Completion; // the connection is gone, and with it these deliveries
        }
    }

    private async Task Publish(IChannel channel, ScoredMessage scored, StreamDelivery delivery, CancellationToken stopping)
    {
        if (scored.Refusal is { } refusal)
        {
            if (settings.DeadLetter is not { } dead) return;
            await Publish(channel, dead, delivery.WithReason(row.Name, refusal.Code, Short(refusal.Detail)), scored.Message.Body, stopping);
            return;
        }

        var properties = delivery.Reply(scored, settings.Deployment, clock.Micros());
        if (settings.Reply is { } reply)
        {
            await Publish(channel, reply, properties, scored.Answer, stopping);
            return;
        }

        if (scored.Message.ReplyTo is not { Length: > 0 } caller) return;
        try
        {
            await channel.BasicPublishAsync("", caller, mandatory: true, properties, scored.Answer, stopping);
        }
        catch (PublishException gone) when (gone.IsReturn)
        {
            // Who asked has gone, and with it the queue for the answer. The answer is in the log.
        }
    }

    private static async Task Publish(IChannel channel, StreamTarget target, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken stopping)
    {
        try
        {
            await channel.BasicPublishAsync(target.Exchange, target.RoutingKey, mandatory: true, properties, body, stopping);
        }
        catch (PublishException lost)
        {
            throw new InvalidOperationException(
                lost.IsReturn
                    ? $"No queue takes what is published to the exchange '{target.Exchange}' with the key '{target.RoutingKey}'. Bind one; the messages wait in their queue."
                    : $"The broker did not take what was published to the exchange '{target.Exchange}' with the key '{target.RoutingKey}'; the messages wait in their queue.", lost);
        }
    }

    private async Task Measure(IChannel channel, CancellationToken stopping) => state.Behind((await channel.QueueDeclarePassiveAsync(settings.Queue, stopping)).MessageCount);

    private static string Short(string text) => text.Length <= LongestReason ? text : $"{text[..LongestReason]}…";
}

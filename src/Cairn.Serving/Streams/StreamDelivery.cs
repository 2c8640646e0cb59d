using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Cairn.Serving.Streams;

/// <summary>A message with what the broker said of it.</summary>
internal sealed class StreamDelivery
{
    private readonly BasicProperties _properties;

    private StreamDelivery(StreamMessage message, BasicProperties properties) => (Message, _properties) = (message, properties);

    public StreamMessage Message { get; }

    /// <summary>Copies: what the client library hands over is gone when its handler returns.</summary>
    public static StreamDelivery Of(BasicDeliverEventArgs delivery)
    {
        var properties = new BasicProperties(delivery.BasicProperties);
        var about = string.Create(CultureInfo.InvariantCulture, $"{delivery.Exchange}\n{delivery.RoutingKey}\n{properties.CorrelationId}\n{properties.Timestamp.UnixTime}");
        return new(
            new(delivery.DeliveryTag, properties.MessageId is { Length: > 0 } id ? id : null, properties.CorrelationId, properties.ReplyTo, about, delivery.Redelivered, delivery.Body.ToArray()),
            properties);
    }

    /// <summary>Of an answer: <c>message_id</c> is the id of its first prediction, <c>correlation_id</c> says what it answers.</summary>
    public BasicProperties Reply(ScoredMessage scored, string deployment, long now)
    {
        var reply = new BasicProperties
        {
            ContentType = "application/json",
            DeliveryMode = DeliveryModes.Persistent,
            Type = "cairn.prediction",
            Timestamp = new(now / 1_000_000),
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["cairn-deployment"] = deployment },
        };
        if (scored.Id is { } id) reply.MessageId = id.ToString("N");
        if ((Message.CorrelationId ?? Message.Id) is { } asked) reply.CorrelationId = asked;
        if (scored.FromLog > 0) reply.Headers["cairn-from-log"] = true;
        return reply;
    }

    /// <summary>Of a dead letter: what it had, and why.</summary>
    public BasicProperties WithReason(string stream, string code, string detail) => new(_properties)
    {
        DeliveryMode = DeliveryModes.Persistent,
        Headers = new Dictionary<string, object?>(_properties.Headers ?? new Dictionary<string, object?>(StringComparer.Ordinal), StringComparer.Ordinal)
        {
            ["cairn-stream"] = stream,
            ["cairn-code"] = code,
            ["cairn-detail"] = detail,
        },
    };
}

namespace Cairn.Serving;

/// <summary>What predictions may take of the machine, and where they come from besides requests.</summary>
public sealed record ServingOptions
{
    /// <value>Predictions that may be computed or wait for the log at once; more are refused, and so is what would wait too long for its turn. 0: nothing is refused.</value>
    public int MostInFlight { get; init; } = 1000;

    /// <value>For computing the rows of one request.</value>
    public TimeSpan PredictTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <value>Between two looks at the canaries of this process.</value>
    public TimeSpan CanaryPace { get; init; } = TimeSpan.FromSeconds(1);

    /// <value>The RabbitMQ broker whose queues streams read, <c>amqp://user:password@host:5672/vhost</c>; null: streams do not run.</value>
    public Uri? RabbitMq { get; init; }
}

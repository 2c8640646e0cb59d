namespace Cairn.Serving;

/// <summary>What predictions may take of the machine, and where they come from besides requests.</summary>
public sealed record ServingOptions
{
    /// <value>Predictions that may be computed or wait for the log at once; more are refused, and so is what would wait too long for its turn. 0: nothing is refused.</value>
    public int MostInFlight { get; init; } = 1000;

    /// <value>For computing the rows of one request, and before that for a model that is not in memory.</value>
    public TimeSpan PredictTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <value>Between two looks at the canaries of this process.</value>
    public TimeSpan CanaryPace { get; init; } = TimeSpan.FromSeconds(1);

    /// <value>Bytes that the models in memory may take together; beyond them those used least recently are unloaded. Default: a quarter of what the process may use, by the machine or its cgroup.</value>
    public long ModelMemory { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <value>The RabbitMQ broker whose queues streams read, <c>amqp://user:password@host:5672/vhost</c>; null: streams do not run.</value>
    public Uri? RabbitMq { get; init; }
}

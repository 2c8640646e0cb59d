namespace Cairn.Server;

public sealed record ServerOptions
{
    /// <value>The folder with all state.</value>
    public required string Home { get; init; }

    /// <value>TCP port on loopback; null: only the socket <c>home/cairn.sock</c>. 0: any free port.</value>
    public int? Port { get; init; }

    /// <value>False (the default): a busy port is a refusal. True: the next free one is taken.</value>
    public bool NextFreePort { get; init; }

    /// <value>Address to bind to; default loopback. Any other needs <see cref="Insecure"/> until accounts exist.</value>
    public string Address { get; init; } = "127.0.0.1";

    public bool Insecure { get; init; }

    /// <value>A PostgreSQL connection string; null: SQLite.</value>
    public string? PostgreSql { get; init; }

    /// <value>Where files, packages and segments of the log are: <c>s3://bucket/prefix</c> of the store in <see cref="Outside"/>; null: in the home.</value>
    public string? Blobs { get; init; }

    /// <value>Of blobs in S3, what may be kept in the home as well: <c>20GB</c>; null: 10 GiB.</value>
    public string? BlobCache { get; init; }

    /// <value>The RabbitMQ broker of the streams, <c>amqp://user:password@host:5672/vhost</c>; null: streams do not run.</value>
    public string? RabbitMq { get; init; }

    /// <value>Folders besides project folders that sources may be read from.</value>
    public IReadOnlyList<string> DataRoots { get; init; } = [];

    /// <value>Where clients of MLflow keep the files of new experiments themselves: <c>s3://bucket/path</c>, <c>file:///mnt/models</c>; null: on this server.</value>
    public string? ArtifactRoot { get; init; }

    /// <value>Databases and stores that requests may read from and write to.</value>
    public OutsideOptions Outside { get; init; } = new();

    /// <value>Requests that one caller may send over TCP: <c>100/s</c>, <c>600/m</c>; null: any number.</value>
    public string? RateLimit { get; init; }

    /// <value>Of them at once, after a pause; null: what <see cref="RateLimit"/> allows in one second.</value>
    public int? RateBurst { get; init; }

    /// <value>Rows that one caller may have predicted in a day of UTC: <c>1000000/d</c>; null: any number.</value>
    public string? Quota { get; init; }

    /// <value>Predictions in flight before others are refused with 503; 0: none ever is.</value>
    public int MostInFlight { get; init; } = 1000;

    /// <value>What the models in memory may take: <c>512MB</c>, <c>2GiB</c>; null: a quarter of what the process may use, by the machine or its cgroup.</value>
    public string? ModelMemory { get; init; }

    /// <value>Days that what was deleted can be restored before it is purged: <c>30</c>, <c>0</c> (purged at once), or <c>never</c>.</value>
    public string KeepDeleted { get; init; } = "30";

    /// <value>For computing the rows of one prediction, and before that for a model that is not in memory.</value>
    public TimeSpan PredictTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <value>Until the answer to another read or question has to begin.</value>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <value>For the headers of a request to arrive.</value>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <value>After which a body that comes slower than 240 bytes a second is no longer waited for, nor a reader that takes less; above one second.</value>
    public TimeSpan SlowBodyGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <value>Structured logs go to this file (JSON lines); null: to standard error.</value>
    public string? LogFile { get; init; }
}

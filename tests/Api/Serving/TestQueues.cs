using System.Diagnostics;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;

namespace Cairn.Api.Tests.Serving;

/// <summary>Queues of its own on the broker that CAIRN_TEST_RABBITMQ names (test.sh starts one), or on a broker of its own.</summary>
internal sealed class TestQueues : IAsyncDisposable
{
    private readonly string? _folder;
    private IConnection _connection = null!;
    private IChannel _channel = null!;

    private TestQueues(Uri broker, string? folder) => (Broker, _folder) = (broker, folder);

    public Uri Broker { get; }

    public string In { get; } = $"in-{Guid.NewGuid():N}";

    public string Out { get; } = $"out-{Guid.NewGuid():N}";

    public string Dead { get; } = $"dead-{Guid.NewGuid():N}";

    private static string Script => Path.Combine(Repository.Root, "eng", "rabbitmq.sh");

    public static async Task<TestQueues> Make()
    {
        var broker = Environment.GetEnvironmentVariable("CAIRN_TEST_RABBITMQ");
        Assert.SkipWhen(string.IsNullOrEmpty(broker), "CAIRN_TEST_RABBITMQ names no broker; ./test.sh starts one.");
        var queues = new TestQueues(new Uri(broker!), null);
        await queues.Connect();
        return queues;
    }

    /// <summary>A broker that only this test uses, so that it can be ended and started again.</summary>
    public static async Task<TestQueues> MakeOnOwnBroker()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CAIRN_TEST_RABBITMQ")), "CAIRN_TEST_RABBITMQ names no broker; ./test.sh starts one.");
        var folder = Directory.CreateTempSubdirectory("cairn-rabbitmq-").FullName;
        var queues = new TestQueues(new Uri(await Run("start", folder)), folder);
        await queues.Connect();
        return queues;
    }

    public async Task Restart()
    {
        await Run("stop", _folder!);
        await Task.Delay(500);
        await Run("start", _folder!);
        await Connect();
    }

    public Task Put(string body, string? id = null, string? correlation = null, string? replyTo = null) => Put(Encoding.UTF8.GetBytes(body), id, correlation, replyTo);

    public async Task Put(byte[] body, string? id = null, string? correlation = null, string? replyTo = null)
    {
        var properties = new BasicProperties { DeliveryMode = DeliveryModes.Persistent };
        if (id is not null) properties.MessageId = id;
        if (correlation is not null) properties.CorrelationId = correlation;
        if (replyTo is not null) properties.ReplyTo = replyTo;
        await _channel.BasicPublishAsync("", In, mandatory: true, properties, body);
    }

    /// <summary>The next message of a queue, waited for.</summary>
    public async Task<BasicGetResult> Take(string queue)
    {
        for (var i = 0; i < 1500; i++)
        {
            if (await _channel.BasicGetAsync(queue, autoAck: true) is { } message) return message;
            await Task.Delay(20);
        }

        throw new TimeoutException($"Nothing came to {queue}.");
    }

    public async Task<(JsonElement Body, IReadOnlyBasicProperties Properties)> Answer()
    {
        var message = await Take(Out);
        return (JsonDocument.Parse(message.Body).RootElement, message.BasicProperties);
    }

    public async Task<uint> Count(string queue) => (await _channel.QueueDeclarePassiveAsync(queue)).MessageCount;

    public Task Declare(string queue) => _channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);

    public Task Delete(string queue) => _channel.QueueDeleteAsync(queue);

    public async ValueTask DisposeAsync()
    {
        if (_folder is null)
        {
            foreach (var queue in new[] { In, Out, Dead }) await _channel.QueueDeleteAsync(queue);
        }

        await _connection.DisposeAsync();
        if (_folder is null) return;
        await Run("kill", _folder);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task Connect()
    {
        _connection = await new ConnectionFactory { Uri = Broker, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
        _channel = await _connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        foreach (var queue in new[] { In, Out, Dead }) await Declare(queue);
    }

    private static async Task<string> Run(string verb, string folder)
    {
        using var script = Process.Start(new ProcessStartInfo(Script, [verb, folder]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var address = await script.StandardOutput.ReadLineAsync();
        await script.WaitForExitAsync();
        script.ExitCode.ShouldBe(0, await script.StandardError.ReadToEndAsync());
        return address ?? "";
    }
}

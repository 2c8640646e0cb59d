using Cairn.Kernel;

namespace Cairn.Server.Hosting;

internal static class BrokerAddress
{
    /// <summary>The address of the RabbitMQ broker; its password is in no message.</summary>
    public static Answer<Uri?> Read(string? address)
    {
        if (string.IsNullOrEmpty(address)) return default(Uri);
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps" && uri.Host.Length > 0
            ? uri
            : new Refusal.Invalid("server.rabbitmq-invalid", "The address of the broker (--rabbitmq or CAIRN_RABBITMQ) cannot be read. Write it as amqp://user:password@host:5672/vhost, with what is special in user and password percent-encoded.");
    }
}

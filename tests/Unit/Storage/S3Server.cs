using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Cairn.Storage;

namespace Cairn.Unit.Tests.Storage;

/// <summary>A bucket of one's own on the S3 server that CAIRN_TEST_S3 names, http://KEY:SECRET@host:port; test.sh starts Ceph's.</summary>
internal sealed class S3Server : IDisposable
{
    private readonly Uri _endpoint;
    private readonly string _key, _secret;

    private S3Server(Uri address)
    {
        _endpoint = new(address.GetComponents(UriComponents.SchemeAndServer, UriFormat.Unescaped));
        (_key, _secret) = (address.UserInfo.Split(':')[0], address.UserInfo.Split(':')[1]);
        Client = new(new BasicAWSCredentials(_key, _secret), new AmazonS3Config { ServiceURL = _endpoint.ToString(), ForcePathStyle = true, AuthenticationRegion = "us-east-1", RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED });
    }

    public AmazonS3Client Client { get; }

    public string Bucket { get; } = $"blobs-{Guid.NewGuid():N}"[..20];

    public ObjectAddress Place => new(Bucket, "home");

    public ObjectStoreOptions Options => new() { Endpoint = _endpoint, AccessKey = _key, SecretKey = _secret };

    public static async Task<S3Server> Start()
    {
        var address = Environment.GetEnvironmentVariable("CAIRN_TEST_S3");
        Assert.SkipWhen(string.IsNullOrEmpty(address), "CAIRN_TEST_S3 names no server; ./test.sh starts one.");
        var server = new S3Server(new(address!));
        await server.Client.PutBucketAsync(server.Bucket);
        return server;
    }

    public async Task<List<string>> Keys() => [.. ((await Client.ListObjectsV2Async(new() { BucketName = Bucket })).S3Objects ?? []).Select(one => one.Key)];

    public async Task<int> UnfinishedUploads() => ((await Client.ListMultipartUploadsAsync(Bucket)).MultipartUploads ?? []).Count;

    /// <summary>The same server behind a line that breaks: of each of the first answers only so many bytes come through.</summary>
    public (ObjectStoreOptions Options, IDisposable Line) BehindBrokenLine(int breaks, int bytes)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = Task.Run(async () =>
        {
            for (var number = 0; ; number++)
            {
                var client = await listener.AcceptTcpClientAsync();
                _ = Carry(client, number < breaks ? bytes : long.MaxValue);
            }
        });
        return (Options with { Endpoint = new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}") }, listener);
    }

    public void Dispose() => Client.Dispose();

    private async Task Carry(TcpClient client, long bytes)
    {
        using var server = new TcpClient();
        using (client)
        {
            await server.ConnectAsync(_endpoint.Host, _endpoint.Port);
            var asking = client.GetStream().CopyToAsync(server.GetStream());
            var buffer = new byte[1 << 16];
            while (bytes > 0 && await server.GetStream().ReadAsync(buffer) is var read and > 0)
            {
                await client.GetStream().WriteAsync(buffer.AsMemory(0, (int)Math.Min(bytes, read)));
                bytes -= read;
            }
        }
    }
}

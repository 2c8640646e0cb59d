using System.CommandLine;
using System.Diagnostics;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Server;

namespace Cairn.Cli.Commands;

internal static class UpCommand
{
    private static readonly Option<int> Port = new("--port") { Description = "TCP port; 0: any free one", DefaultValueFactory = _ => 8080, HelpName = "port" };
    private static readonly Option<string> Address = new("--address") { Description = "Address to listen on; any but loopback needs --insecure", DefaultValueFactory = _ => "127.0.0.1", HelpName = "address" };
    private static readonly Option<bool> Insecure = new("--insecure") { Description = "Listen on other addresses though there are no accounts yet: whoever reaches the port is the administrator" };
    private static readonly Option<string?> PostgreSql = new("--postgres") { Description = "Keep metadata in PostgreSQL (default: CAIRN_POSTGRES, else SQLite in the home)", HelpName = "connection string" };
    private static readonly Option<string?> Blobs = new("--blobs") { Description = "Keep files, packages and segments of the log in S3 (default: CAIRN_BLOBS, else where the home had them before, at first in the home); CAIRN_S3_ENDPOINT and its keys say which store", HelpName = "s3://bucket/prefix" };
    private static readonly Option<string?> BlobCache = new("--blob-cache") { Description = "Of what is in S3, keep so much in the home as well (default: CAIRN_BLOB_CACHE, else 10GB)", HelpName = "size" };
    private static readonly Option<string?> RabbitMq = new("--rabbitmq") { Description = "Answer queues of this broker (default: CAIRN_RABBITMQ, which other users of the machine do not see)", HelpName = "amqp://..." };
    private static readonly Option<string[]> DataRoot = new("--data-root") { Description = "A folder besides project folders that sources may be read from; may be repeated", HelpName = "folder", DefaultValueFactory = _ => [] };
    private static readonly Option<string?> ArtifactRoot = new("--artifact-root") { Description = "Where clients of MLflow keep the files of new experiments themselves: s3://bucket/path, file:///mnt/models (default: on this server)", HelpName = "url" };
    private static readonly Option<string[]> AllowHost = new("--allow-host") { Description = "A host of a database or an S3 store that requests may name when this server is not on loopback; may be repeated", HelpName = "host", DefaultValueFactory = _ => [] };
    private static readonly Option<string?> RateLimit = new("--rate-limit") { Description = "Requests that one caller may send over TCP: 100/s, 600/m (default: any number)", HelpName = "n/unit" };
    private static readonly Option<int?> RateBurst = new("--rate-burst") { Description = "Of them at once, after a pause (default: those of one second)", HelpName = "n" };
    private static readonly Option<string?> Quota = new("--quota") { Description = "Rows that one caller may have predicted in a day of UTC: 1000000/d (default: any number)", HelpName = "n/d" };
    private static readonly Option<int> MostInFlight = new("--max-in-flight") { Description = "Predictions at work at once before others are refused with 503; 0: refuse none", DefaultValueFactory = _ => 1000, HelpName = "n" };
    private static readonly Option<string?> ModelMemory = new("--model-memory") { Description = "Memory for the models that serve: 512MB, 2GB; beyond it the least recently used are unloaded until they are asked again (default: a quarter of what the process may use)", HelpName = "size" };
    private static readonly Option<string> KeepDeleted = new("--keep-deleted") { Description = "Days that what is deleted can be restored before the server removes it for good; 0: at once, never: until 'cairn bin purge'", DefaultValueFactory = _ => "30", HelpName = "days" };
    private static readonly Option<double> PredictTimeout = new("--predict-timeout") { Description = "Time for computing the rows of one prediction", DefaultValueFactory = _ => 30, HelpName = "seconds" };
    private static readonly Option<double> RequestTimeout = new("--request-timeout") { Description = "Time until the answer to another read or question has to begin", DefaultValueFactory = _ => 300, HelpName = "seconds" };
    private static readonly Option<bool> Background = new("--background") { Description = "Return once it serves; 'cairn stop' ends it" };

    public static Command Build() => new Command("up", "Serve the API, predictions and the web page until stopped") { Port, Address, Insecure, PostgreSql, Blobs, BlobCache, RabbitMq, DataRoot, ArtifactRoot, AllowHost, RateLimit, RateBurst, Quota, MostInFlight, ModelMemory, KeepDeleted, PredictTimeout, RequestTimeout, Background }.Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        if (invocation.Settings.Server is not null)
            throw new CairnException(Problems.Of("cli.up-elsewhere", $"'up' starts a server on this machine; with --server or CAIRN_SERVER ({invocation.Settings.Server}) there is one elsewhere. Leave it out, or name a --home."));
        return invocation.Get(Background) ? await Detached(invocation, cancellation) : await Here(invocation, cancellation);
    }

    private static async Task<int> Here(Invocation invocation, CancellationToken cancellation)
    {
        var started = await CairnServer.Start(
            new ServerOptions
            {
                Home = invocation.Settings.Home,
                Port = invocation.Get(Port),
                Address = invocation.Get(Address)!,
                Insecure = invocation.Get(Insecure),
                PostgreSql = invocation.Get(PostgreSql) ?? Environment.GetEnvironmentVariable("CAIRN_POSTGRES"),
                Blobs = invocation.Get(Blobs) ?? Environment.GetEnvironmentVariable("CAIRN_BLOBS"),
                BlobCache = invocation.Get(BlobCache) ?? Environment.GetEnvironmentVariable("CAIRN_BLOB_CACHE"),
                RabbitMq = invocation.Get(RabbitMq) ?? Environment.GetEnvironmentVariable("CAIRN_RABBITMQ"),
                DataRoots = [.. invocation.Get(DataRoot)!.Select(Path.GetFullPath)],
                ArtifactRoot = invocation.Get(ArtifactRoot),
                RateLimit = invocation.Get(RateLimit),
                RateBurst = invocation.Get(RateBurst),
                Quota = invocation.Get(Quota),
                MostInFlight = invocation.Get(MostInFlight),
                ModelMemory = invocation.Get(ModelMemory),
                KeepDeleted = invocation.Get(KeepDeleted)!,
                PredictTimeout = Seconds(invocation.Get(PredictTimeout)),
                RequestTimeout = Seconds(invocation.Get(RequestTimeout)),
                LogFile = invocation.Settings.LogFile,
                Outside = OutsideSettings.FromEnvironment() with { AllowedHosts = invocation.Get(AllowHost)! },
            },
            cancellation);
        if (started.Refusal is { } refusal) throw new CairnException(Problems.Of(refusal));

        await using var server = started.Value;
        Announce(invocation, server.Url);
        try
        {
            await server.WaitForShutdown(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl-C and SIGTERM are how a server is stopped.
        }

        invocation.Terminal.Note("Stopping ...");
        return ExitCode.Ok;
    }

    // What is no time is refused by the server, with what is allowed.
    private static TimeSpan Seconds(double seconds) => seconds is > 0 and < 1e9 ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;

    /// <summary>The same command again, in a session of its own so that the terminal can go.</summary>
    private static async Task<int> Detached(Invocation invocation, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("setsid") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Environment.ProcessPath!);
        foreach (var argument in Environment.GetCommandLineArgs().Skip(1).Where(a => a.Split('=', ':')[0] != Background.Name)) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        var waiting = Stopwatch.StartNew();
        while (waiting.Elapsed < TimeSpan.FromSeconds(60))
        {
            if (process.HasExited)
            {
                await Console.Error.WriteAsync(await errors);
                return process.ExitCode == ExitCode.Ok ? ExitCode.Failure : process.ExitCode;
            }

            await using var living = await Session.FindLiving(invocation.Settings, cancellation);
            if (living is not null && await living.Client.AboutAsync(cancellation) is { Url: { } url })
            {
                Announce(invocation, new Uri(url));
                return ExitCode.Ok;
            }

            await Task.Delay(100, cancellation);
        }

        throw new CairnException(Problems.Of("cli.up-slow", $"The server did not answer within a minute; 'cairn logs --home {invocation.Settings.Home}' may tell why."));
    }

    private static void Announce(Invocation invocation, Uri? url)
    {
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(new { Url = url?.GetLeftPart(UriPartial.Authority), invocation.Settings.Home });
            return;
        }

        Terminal.WriteLine($"Cairn serves on {url?.GetLeftPart(UriPartial.Authority)} (API docs: {url}docs)");
        invocation.Terminal.Note($"Home {invocation.Settings.Home}; Ctrl-C or 'cairn stop' ends it, 'cairn logs' shows what happens.");
    }
}

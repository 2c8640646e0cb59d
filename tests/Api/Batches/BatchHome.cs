using System.Globalization;
using System.Text;
using System.Text.Json;
using Cairn.Access;
using Cairn.Api.Tests.Server;
using Cairn.Api.Tests.Serving;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Server;
using Cairn.Serving;
using Cairn.Tracking;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Batches;

/// <summary>A real server with a coffee model deployed in it, and a folder with files to score.</summary>
internal sealed class BatchHome : IAsyncDisposable
{
    private readonly TestHome _home;

    private BatchHome(TestHome home) => _home = home;

    public CairnClient Client => _home.Client;

    public TestHome Server => _home;

    public string Folder { get; } = Directory.CreateTempSubdirectory("cairn-batch-").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IServiceProvider Services => _home.Server.Services;

    public static async Task<BatchHome> Start(OutsideOptions? outside = null, bool personal = false)
    {
        var home = new BatchHome(await TestHome.Start(options => options with { Outside = outside ?? new() }));
        await home.Promote(await home.Register(seed: 1, personal));
        (await home.Services.GetRequiredService<Deployments>().Ensure(Caller.LocalAdmin, "coffee", "coffee", null, Cancelled)).Value.Version.ShouldBe(1);
        return home;
    }

    public async Task<long> Register(int seed, bool personal = false)
    {
        var runs = Services.GetRequiredService<Runs>();
        var experiment = await runs.EnsureExperiment(Caller.LocalAdmin, "coffee", Cancelled);
        var run = await runs.Start(Caller.LocalAdmin, new(experiment.Value), Cancelled);
        var package = await Services.GetRequiredService<ModelPackages>().Seal(WorkspaceId.Default, CoffeeModel.Package(seed, personal: personal), Cancelled);
        return (await Services.GetRequiredService<Models>().Register(Caller.LocalAdmin, "coffee", run.Value, package.Value.Digest, new Dictionary<string, string>(StringComparer.Ordinal), Cancelled)).Value;
    }

    public async Task Promote(long version)
    {
        (await Services.GetRequiredService<Models>().Promote(Caller.LocalAdmin, "coffee", new(version, "test", Override: true), Cancelled)).Refusal.ShouldBeNull();
        if (Services.GetRequiredService<Deployments>().Find(WorkspaceId.Default, "coffee") is not null)
            (await Services.GetRequiredService<Deployments>().WaitUntilServes(WorkspaceId.Default, "coffee", version, Cancelled)).Refusal.ShouldBeNull();
    }

    /// <summary>Guests, numbered; every third has no cups.</summary>
    public string Csv(int rows, string name = "guests.csv", Func<int, string>? line = null)
    {
        var csv = new StringBuilder("guest,age,cups,roast,member\n");
        for (var i = 0; i < rows; i++)
            csv.Append(line?.Invoke(i) ?? string.Create(CultureInfo.InvariantCulture, $"guest {i},{20 + (i % 60)},{(i % 3 == 0 ? "" : $"{i % 9}")},{(i % 2 == 0 ? "dark" : "light")},{(i % 5 == 0 ? "yes" : "no")}")).Append('\n');
        File.WriteAllText(Path.Combine(Folder, name), csv.ToString());
        return name;
    }

    public BatchRequest Request(string source, string output) => new(Folder, new(source), new(output));

    /// <summary>To its end, whatever that is.</summary>
    public async Task<FlowRunWire> Run(BatchRequest request, string deployment = "coffee") =>
        await Client.WaitForFlowRunAsync((await Client.StartBatchAsync(deployment, request, Cancelled)).FlowRunId, cancellation: Cancelled);

    public async Task<BatchResult> Result(BatchRequest request)
    {
        var run = await Run(request);
        run.State.ShouldBe("succeeded", $"{run.Message} {run.Problem}");
        return run.Result!.Value.Deserialize<BatchResult>(CairnJson.Options)!;
    }

    public async Task<string> Refused(BatchRequest request, string deployment = "coffee") =>
        (await Should.ThrowAsync<CairnException>(() => Client.StartBatchAsync(deployment, request, Cancelled))).Code;

    public string[] Lines(string output) => File.ReadAllLines(Path.Combine(Folder, output));

    /// <summary>The first column of Parquet files, as text.</summary>
    public Task<List<string>> Column(string column, params string[] files) => new Analytics(new() { Home = _home.Home }).Run(
        [.. files.Select(file => Path.Combine(Folder, file))],
        job =>
        {
            var all = new List<string>();
            using var rows = job.Query($"SELECT {column}::VARCHAR FROM read_parquet([{string.Join(", ", files.Select((_, i) => job.File(i)))}])");
            while (rows.Next()) for (var i = 0; i < rows.Count; i++) all.Add(rows.IsNull(0, i) ? "" : rows.Texts(0).Text(i));
            return all;
        },
        Cancelled);

    public async ValueTask DisposeAsync()
    {
        await _home.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

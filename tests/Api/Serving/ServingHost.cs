using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Projects;
using Cairn.Serving;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Storage;
using Cairn.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cairn.Api.Tests.Serving;

/// <summary>The modules a prediction needs, on a home and a port of their own.</summary>
internal sealed class ServingHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ServingHost(string home, WebApplication app)
    {
        (Home, _app) = (home, app);
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    // The thread pool is that of all tests in the process: its queue says nothing of this server.
    private static ServingOptions Unhurried => new() { MostInFlight = 0 };

    public string Home { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public CairnClient Client => new(Http);

    public Deployments Deployments => _app.Services.GetRequiredService<Deployments>();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<ServingHost> Start(string? home = null, LimitOptions? limits = null, ServingOptions? serving = null, string? postgres = null)
    {
        home ??= Directory.CreateTempSubdirectory("cairn-test-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.ConfigureHttpJsonOptions(json => CairnJson.Configure(json.SerializerOptions));
        builder.Services.AddStorage(new() { Home = home, PostgreSql = postgres }).AddAccess(limits: limits).AddTracking().AddServing(serving ?? Unhurried).AddData().AddFlows().AddProjects();
        var app = builder.Build();
        app.UseProblems();
        app.UseRouting();
        app.UseAccess();
        app.MapTracking().MapServing();
        app.MapFlows();
        app.MapProjects();
        await app.StartAsync(Cancelled);
        return new(home, app);
    }

    /// <summary>A version of a model from a package of its own.</summary>
    public Task<long> Register(string model, int seed, bool personal = false) => Register(model, CoffeeModel.Package(seed, personal: personal));

    public async Task<long> Register(string model, IReadOnlyDictionary<string, byte[]> package)
    {
        var (runs, packages, models) = (_app.Services.GetRequiredService<Runs>(), _app.Services.GetRequiredService<ModelPackages>(), _app.Services.GetRequiredService<Models>());
        var caller = Caller.LocalAdmin;
        var experiment = await runs.EnsureExperiment(caller, "coffee", Cancelled);
        var run = await runs.Start(caller, new(experiment.Value), Cancelled);
        (await runs.LogInput(caller, run.Value, new("guests", new string('a', 64), "training"), Cancelled)).Refusal.ShouldBeNull();
        var sealedPackage = await packages.Seal(caller.Workspace, package, Cancelled);
        sealedPackage.Refusal.ShouldBeNull();
        var version = await models.Register(caller, model, run.Value, sealedPackage.Value.Digest, new Dictionary<string, string>(StringComparer.Ordinal), Cancelled);
        version.Refusal.ShouldBeNull();
        return version.Value;
    }

    /// <summary>The gates let the version pass, or not.</summary>
    public async Task Judge(string model, long version, string verdict = "passed") =>
        (await _app.Services.GetRequiredService<Models>().RecordVerdict(Caller.LocalAdmin, model, version, new(verdict, "As the test says.", 1, []), Cancelled)).Refusal.ShouldBeNull();

    public async Task Promote(string model, long version)
    {
        var promoted = await _app.Services.GetRequiredService<Models>().Promote(Caller.LocalAdmin, model, new(version, "test", Override: true), Cancelled);
        promoted.Refusal.ShouldBeNull();
    }

    /// <summary>A deployment of a model with one version that serves.</summary>
    public Task<DeploymentWire> Deploy(string name, string model = "coffee", int seed = 1, bool personal = false) => Deploy(name, model, CoffeeModel.Package(seed, personal: personal));

    public async Task<DeploymentWire> Deploy(string name, string model, IReadOnlyDictionary<string, byte[]> package)
    {
        var version = await Register(model, package);
        await Promote(model, version);
        var deployment = await Deployments.Ensure(Caller.LocalAdmin, name, model, settings: null, Cancelled);
        deployment.Refusal.ShouldBeNull();
        deployment.Value.Version.ShouldBe(version, deployment.Value.Problem);
        return deployment.Value;
    }

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Logs a prediction of the coffee model about each entity, as if it had been asked for.</summary>
    public async Task LogAbout(params string[] entities)
    {
        var served = _app.Services.GetRequiredService<LiveDeployments>().Find(WorkspaceId.Default, "coffee").Value.Serving!;
        var records = new LogRecords();
        foreach (var entity in entities)
            records.Add(Uuid7.NewGuid(TimeProvider.System), TimeProvider.System.Micros(), 1, served.Source, RecordFlags.None, 0.25, [1, 2, 3], Encoding.UTF8.GetBytes(entity), "test"u8);
        await _app.Services.GetRequiredService<PredictionLog>().Append(served.Source, records);
    }

    /// <summary>Predictions in the blocks of the log.</summary>
    public Task<long> LoggedRows() => _app.Services.GetRequiredService<LogDatabase>().Read(t => t.Scalar<long>("SELECT coalesce(sum(rows), 0) FROM prediction_blocks"), Cancelled);

    public Task<string> AlterPackage(long version, string model) => AlterPackage(_app.Services, version, model);

    /// <returns>The file that was altered.</returns>
    public static async Task<string> AlterPackage(IServiceProvider services, long version, string model)
    {
        var found = (await services.GetRequiredService<Models>().Find(WorkspaceId.Default, model, version, Cancelled))!;
        var opened = await services.GetRequiredService<ModelPackages>().Open(WorkspaceId.Default, Digest.Parse(found.PackageDigest!), Cancelled);
        var file = opened.Value.Package.Files.First(f => f.Key.Contains("pipeline", StringComparison.Ordinal)).Value;
        var path = await services.GetRequiredService<IBlobStore>().LocalPath(file, Cancelled);
        await AlterFile(path);
        return path;
    }

    /// <summary>Done twice, the file is as it was.</summary>
    public static async Task AlterFile(string path)
    {
        var bytes = await File.ReadAllBytesAsync(path, Cancelled);
        bytes[^2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Cancelled);
    }

    public Task<HttpResponseMessage> Post(string path, string body, string contentType = "application/json") => Post(path, Encoding.UTF8.GetBytes(body), contentType);

    public Task<HttpResponseMessage> Put(string path, string body) => Http.PutAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), Cancelled);

    public Task<HttpResponseMessage> Post(string path, byte[] body, string contentType = "application/json")
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return Http.PostAsync(path, content, Cancelled);
    }

    public static async Task<Problem> ProblemOf(HttpResponseMessage response)
    {
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = (await response.Content.ReadFromJsonAsync<Problem>(CairnJson.Options, Cancelled))!;
        problem.Status.ShouldBe((int)response.StatusCode);
        return problem;
    }

    public static async Task<T> Read<T>(HttpResponseMessage response)
    {
        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync(Cancelled));
        return (await response.Content.ReadFromJsonAsync<T>(CairnJson.Options, Cancelled))!;
    }

    public async Task Stop()
    {
        Http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        Directory.Delete(Home, recursive: true);
    }
}

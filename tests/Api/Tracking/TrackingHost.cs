using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Storage;
using Cairn.Tracking;
using Cairn.Unit.Tests.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cairn.Api.Tests.Tracking;

/// <summary>Storage, access, tracking and what learning left in the files of runs, over HTTP in this process, with callers of two workspaces.</summary>
public sealed class TrackingHost : IAsyncDisposable
{
    private const string WorkspaceHeader = "X-Test-Workspace";

    private readonly WebApplication _app;
    private readonly string _folder;
    private readonly TestPostgres? _postgres;

    private TrackingHost(WebApplication app, string folder, TestPostgres? postgres)
    {
        (_app, _folder, _postgres) = (app, folder, postgres);
        Http = app.GetTestClient();
        Neighbour = app.GetTestClient();
        Neighbour.DefaultRequestHeaders.Add(WorkspaceHeader, "next-door");
    }

    /// <value>Of the workspace default.</value>
    public HttpClient Http { get; }

    /// <value>Of another workspace.</value>
    public HttpClient Neighbour { get; }

    public Runs Runs => _app.Services.GetRequiredService<Runs>();

    public Models Models => _app.Services.GetRequiredService<Models>();

    public MlflowImport Import => _app.Services.GetRequiredService<MlflowImport>();

    /// <value>The home.</value>
    public string Folder => _folder;

    public UnnamedBlobs Unnamed => _app.Services.GetRequiredService<UnnamedBlobs>();

    public Database Database => _app.Services.GetRequiredService<Database>();

    public static async Task<TrackingHost> Start(bool onPostgres = false, ObjectStoreOptions? objects = null, TrackingOptions? options = null)
    {
        var postgres = onPostgres ? await TestPostgres.Create() : null;
        var folder = Directory.CreateTempSubdirectory("cairn-api-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddStorage(new() { Home = folder, PostgreSql = postgres?.ConnectionString }, objects).AddAccess().AddTracking(options).ConfigureHttpJsonOptions(json => CairnJson.Configure(json.SerializerOptions));
        var app = builder.Build();
        app.UseProblems();
        app.UseRouting();
        app.UseAccess();
        app.Use((context, next) =>
        {
            // Accounts are to come; until then this stands in for a caller of another workspace.
            if (context.Request.Headers[WorkspaceHeader].ToString() is { Length: > 0 } workspace)
                context.Features.Set(Caller.LocalAdmin with { Workspace = new WorkspaceId(workspace) });
            return next();
        });
        app.MapTracking().MapLearning();
        await app.StartAsync();
        return new(app, folder, postgres);
    }

    public async Task<RunWire> Run(string? name = null, string experiment = "0") => await Read<RunWire>(await Http.PostAsJsonAsync("/api/v1/runs", new CreateRun(experiment, name), CairnJson.Options));

    public Task<HttpResponseMessage> Log(string run, LogBatch batch) => Post($"/api/v1/runs/{run}/log", batch);

    /// <summary>A version trained here, with that verdict.</summary>
    public async Task<long> Version(string model, string? verdict = "passed")
    {
        var run = await Run();
        await Runs.LogInput(Caller.LocalAdmin, run.RunId, new("customers", new string('a', 64), "training"), default);
        var package = await _app.Services.GetRequiredService<ModelPackages>().Seal(
            WorkspaceId.Default, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["MLmodel"] = System.Text.Encoding.UTF8.GetBytes($"run_id: {run.RunId}\n") }, default);
        var version = await Models.Register(Caller.LocalAdmin, model, run.RunId, package.Value.Digest, new Dictionary<string, string>(StringComparer.Ordinal), default);
        if (verdict is not null) await Models.RecordVerdict(Caller.LocalAdmin, model, version.Value, new(verdict, "said the gates", 1, []), default);
        return version.Value;
    }

    /// <summary>One that works beside the requests.</summary>
    public T Service<T>() where T : Microsoft.Extensions.Hosting.IHostedService => _app.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<T>().Single();

    public Task<HttpResponseMessage> Post<T>(string path, T body) => Http.PostAsJsonAsync(path, body, CairnJson.Options);

    public Task<HttpResponseMessage> Put<T>(string path, T body) => Http.PutAsJsonAsync(path, body, CairnJson.Options);

    public Task<HttpResponseMessage> Patch<T>(string path, T body) => Http.PatchAsJsonAsync(path, body, CairnJson.Options);

    public async Task<T> Get<T>(string path) => await Read<T>(await Http.GetAsync(path));

    public static async Task<T> Read<T>(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue($"{(int)answer.StatusCode} {text}");
        return JsonSerializer.Deserialize<T>(text, CairnJson.Options)!;
    }

    public async Task<IReadOnlyList<string>> Audited() => await Database.Read(t => t.Query<string>("SELECT action FROM audit_entries ORDER BY id"));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Neighbour.Dispose();
        await _app.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

internal static class Answers
{
    /// <summary>The answer is a problem with that status and code. Returns its detail.</summary>
    public static async Task<string> ShouldBeProblem(this Task<HttpResponseMessage> asked, HttpStatusCode status, string code)
    {
        using var answer = await asked;
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(status, text);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        var problem = JsonSerializer.Deserialize<Problem>(text, CairnJson.Options)!;
        problem.Code.ShouldBe(code, text);
        return problem.Detail;
    }

    public static async Task ShouldSucceed(this Task<HttpResponseMessage> asked, HttpStatusCode status = HttpStatusCode.NoContent)
    {
        using var answer = await asked;
        answer.StatusCode.ShouldBe(status, await answer.Content.ReadAsStringAsync());
    }
}

using System.Text;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.EndToEnd.Tests.Running;

/// <summary>A home without a server, for what would take thousands of trainings, or what no call shows.</summary>
internal sealed class StoppedHome : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public StoppedHome(TestFolder folder) => _services = new ServiceCollection()
        .AddSingleton(TimeProvider.System).AddStorage(new() { Home = folder.Home, PostgreSql = folder.Environment.GetValueOrDefault("CAIRN_POSTGRES") }).AddTracking().BuildServiceProvider();

    public ModelPackages Packages => _services.GetRequiredService<ModelPackages>();

    /// <summary>A version with a run, a package of its own and a verdict, as a project makes it.</summary>
    public async Task Version(string model, CancellationToken cancellation)
    {
        var (runs, models) = (_services.GetRequiredService<Runs>(), _services.GetRequiredService<Models>());
        var run = (await runs.Start(Caller.LocalAdmin, new CreateRun("0"), cancellation)).Value;
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["MLmodel"] = "flavors: {}"u8.ToArray(), ["model.bin"] = Encoding.UTF8.GetBytes(run) };
        var package = (await Packages.Seal(WorkspaceId.Default, files, cancellation)).Value.Digest;
        var version = (await models.Register(Caller.LocalAdmin, model, run, package, new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = "crm" }, cancellation)).Value;
        (await models.RecordVerdict(Caller.LocalAdmin, model, version, new("passed", "It is good enough.", 1, []), cancellation)).Refusal.ShouldBeNull();
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

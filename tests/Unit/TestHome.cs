using Cairn.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Unit.Tests;

/// <summary>A home folder of its own with migrated storage in it, removed at the end.</summary>
public sealed class TestHome : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public TestHome(TimeProvider? clock = null)
    {
        Folder = Directory.CreateTempSubdirectory("cairn-test-").FullName;
        _services = new ServiceCollection().AddSingleton(clock ?? TimeProvider.System).AddStorage(new() { Home = Folder }).BuildServiceProvider();
    }

    public string Folder { get; }

    public Database Database => _services.GetRequiredService<Database>();

    public EventLog Events => _services.GetRequiredService<EventLog>();

    public IBlobStore Blobs => _services.GetRequiredService<IBlobStore>();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

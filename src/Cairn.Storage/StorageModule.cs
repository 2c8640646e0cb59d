using Cairn.Kernel;
using Cairn.Storage.Blobs;
using Cairn.Storage.Events;
using Cairn.Storage.Postgres;
using Cairn.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Storage;

/// <summary>Metadata, events and blobs.</summary>
public static class StorageModule
{
    /// <summary>Registers <see cref="Database"/>, <see cref="LogDatabase"/>, <see cref="EventLog"/>, <see cref="IBlobStore"/>, <see cref="UploadParts"/>, <see cref="UnnamedBlobs"/> and <see cref="ObjectStore"/>. Migration runs on first use of the container.</summary>
    /// <remarks>Ask for the <see cref="Database"/> while starting: that opens and migrates it, or throws a <see cref="StorageException"/> that says what is wrong.</remarks>
    public static IServiceCollection AddStorage(this IServiceCollection services, StorageOptions options, ObjectStoreOptions? objects = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton(options)
            .AddSingleton(_ => new ObjectStore(objects ?? new()))
            .AddSingleton<Database>(provider =>
            {
                var clock = provider.GetRequiredService<TimeProvider>();
                var log = provider.GetService<ILoggerFactory>()?.CreateLogger("Cairn.Storage") ?? NullLogger.Instance;
                return options.PostgreSql is { } connectionString
                    ? PostgresDatabase.Open(connectionString, clock, log)
                    : SqliteDatabase.Open(options.Home, clock, log);
            })
            .AddSingleton(provider =>
            {
                var clock = provider.GetRequiredService<TimeProvider>();
                var log = provider.GetService<ILoggerFactory>()?.CreateLogger("Cairn.Storage") ?? NullLogger.Instance;
                return options.PostgreSql is null
                    ? new LogDatabase(() => SqliteDatabase.OpenLog(options.Home, clock, log), owned: true, clock)
                    : new LogDatabase(provider.GetRequiredService<Database>, owned: false, clock);
            })
            .AddSingleton<EventLog>(provider => new TailingEventLog(provider.GetRequiredService<Database>()))
            .AddSingleton<IBlobStore>(provider => options.Blobs is null ? FolderBlobStore.Open(options.Home) : S3BlobStore.Open(options, provider.GetRequiredService<ObjectStore>(), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new UploadParts(options.Home, provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(new BlobNames("readiness", static (digests, _) => Task.FromResult<IReadOnlyCollection<string>>([.. digests.Where(digest => digest == Digest.Of([]).Hex)]))) // the empty blob, which its probe reads
            .AddSingleton(provider => new UnnamedBlobs(
                provider.GetRequiredService<Database>(), provider.GetRequiredService<IBlobStore>(), provider.GetServices<BlobNames>(), provider.GetRequiredService<TimeProvider>()));
    }
}

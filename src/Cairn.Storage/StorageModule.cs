using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Storage;

/// <summary>Metadata, events and blobs.</summary>
public static class StorageModule
{
    /// <summary>Registers <see cref="Database"/>, <see cref="EventLog"/> and <see cref="IBlobStore"/>. Migration runs on first use of the container.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, StorageOptions options) => services.AddSingleton(options);
}

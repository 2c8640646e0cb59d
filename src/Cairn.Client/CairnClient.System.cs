using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    public Task<About> AboutAsync(CancellationToken cancellation = default) => GetAsync<About>("about", cancellation);

    /// <param name="maxAge">Seconds: of what takes long (the file of the database, the packages), the last look will do when all was well then and it is not longer ago; null: all is looked at now.</param>
    public Task<DoctorReport> DoctorAsync(int? maxAge = null, CancellationToken cancellation = default) => GetAsync<DoctorReport>(Query("doctor", ("max_age", maxAge)), cancellation);

    /// <summary>How much the home holds, by kind.</summary>
    public Task<StorageUse> GetStorageAsync(CancellationToken cancellation = default) => GetAsync<StorageUse>("storage", cancellation);

    public Task<Page<AuditEntry>> ListAuditAsync(int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<AuditEntry>>(Query("audit", ("limit", limit), ("page_token", pageToken)), cancellation);

    /// <param name="after">Only events with a greater id, oldest first.</param>
    public Task<Page<EventEntry>> ListEventsAsync(long? after = null, int? limit = null, CancellationToken cancellation = default) =>
        GetAsync<Page<EventEntry>>(Query("events", ("after", after), ("limit", limit)), cancellation);

    /// <summary>Asks the server to stop. It answers, then finishes what it is doing.</summary>
    public Task StopAsync(CancellationToken cancellation = default) => PostAsync<Nothing>("stop", null, cancellation);

    /// <summary>Writes a consistent copy of the whole home, as tar, to <paramref name="destination"/>.</summary>
    /// <exception cref="CairnException">Also when the stream breaks off: what was written is then no backup.</exception>
    public Task BackupAsync(Stream destination, CancellationToken cancellation = default) => DownloadAsync("backup", destination, cancellation);
}

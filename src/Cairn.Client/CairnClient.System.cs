using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    public Task<About> AboutAsync(CancellationToken cancellation = default) => GetAsync<About>("about", cancellation);

    public Task<DoctorReport> DoctorAsync(CancellationToken cancellation = default) => GetAsync<DoctorReport>("doctor", cancellation);

    public Task<Page<AuditEntry>> ListAuditAsync(int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<AuditEntry>>(Query("audit", ("limit", limit), ("page_token", pageToken)), cancellation);

    /// <param name="after">Only events with a greater id, oldest first.</param>
    public Task<Page<EventEntry>> ListEventsAsync(long? after = null, int? limit = null, CancellationToken cancellation = default) =>
        GetAsync<Page<EventEntry>>(Query("events", ("after", after), ("limit", limit)), cancellation);

    /// <summary>Asks the server to stop. It answers, then finishes what it is doing.</summary>
    public Task StopAsync(CancellationToken cancellation = default) => PostAsync<Nothing>("stop", null, cancellation);

    /// <summary>Writes a consistent copy of the whole home, as tar, to <paramref name="destination"/>.</summary>
    /// <exception cref="CairnException">Also when the stream breaks off: what was written is then no backup.</exception>
    public async Task BackupAsync(Stream destination, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var request = new HttpRequestMessage(HttpMethod.Get, Api + "backup");
        using var response = await SendAsync(request, cancellation).ConfigureAwait(false);
        var source = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            var buffer = new byte[1 << 16];
            while (await ReadSomeAsync(source, buffer, cancellation).ConfigureAwait(false) is var read && read > 0)
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
        }
    }

    // Apart from writing, whose failure (a full disk) is the caller's to explain.
    private async Task<int> ReadSomeAsync(Stream source, byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw Unreachable(broken);
        }
    }
}

using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    private const int MostBreaks = 10;

    /// <summary>Follows a run until it has ended: what is logged, while it is logged. Ended already, it is told once.</summary>
    /// <param name="after">The <see cref="RunEvent.Id"/> to go on after; null: from now on.</param>
    /// <remarks>A connection that breaks is opened again where it broke. A point may then come twice; it is the same by key, timestamp, step and value.</remarks>
    public async IAsyncEnumerable<RunEvent> WatchRunAsync(string runId, string? after = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var breaks = 0; ; breaks++)
        {
            if (breaks > 0) await Task.Delay(TimeSpan.FromSeconds(1), cancellation).ConfigureAwait(false);
            Stream stream;
            try
            {
                stream = await OpenEventsAsync(runId, after, cancellation).ConfigureAwait(false);
            }
            catch (CairnException gone) when (gone.Problem.Status == 0 && breaks is > 0 and < MostBreaks)
            {
                continue;
            }

            await using var closing = stream.ConfigureAwait(false);
            var events = SseParser.Create(stream, static (kind, data) => (Kind: kind, Json: data.ToArray())).EnumerateAsync(cancellation).GetAsyncEnumerator(cancellation);
            await using var ending = events.ConfigureAwait(false);
            while (await AdvancesAsync(events).ConfigureAwait(false))
            {
                if (Read(events.Current) is not { } happened) continue;
                (after, breaks) = (happened.Id, 0);
                yield return happened;
                if (happened.Kind == "end") yield break;
            }

            if (breaks >= MostBreaks) throw Unreachable(new IOException("The stream of events broke off again and again."));
        }
    }

    private async Task<Stream> OpenEventsAsync(string runId, string? after, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Api}runs/{Escape(runId)}/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (after is not null) request.Headers.Add("Last-Event-ID", after);
        var response = await SendAsync(request, cancellation).ConfigureAwait(false);
        return await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false); // closing it ends the response
    }

    /// <returns>False: the connection broke, or the server ended it.</returns>
    private static async Task<bool> AdvancesAsync<T>(IAsyncEnumerator<T> events)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            return false;
        }
    }

    private static RunEvent? Read(SseItem<(string Kind, byte[] Json)> item) => item.Data.Kind switch
    {
        "run" or "end" => new(item.Data.Kind, JsonSerializer.Deserialize<RunWire>(item.Data.Json, CairnJson.Options), null, item.EventId ?? ""),
        "points" => new("points", null, JsonSerializer.Deserialize<RunPoints>(item.Data.Json, CairnJson.Options), item.EventId ?? ""),
        _ => null, // a sign of life, or of a later version
    };
}

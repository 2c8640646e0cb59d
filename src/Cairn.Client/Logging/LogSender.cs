using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cairn.Client.Logging;

/// <summary>
/// Sends what waits, batch by batch and one at a time, so that order is kept. A batch may be sent again when its answer was lost: the protocol
/// drops points and params that are there already.
/// </summary>
internal sealed class LogSender
{
    private static readonly JsonWriterOptions _plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly MlflowApi _api;
    private readonly string _runId;
    private readonly LogBuffer _buffer;
    private readonly Task _sending;
    private readonly List<CairnException> _refused = [];

    public LogSender(MlflowApi api, string runId, LogBuffer buffer)
    {
        (_api, _runId, _buffer) = (api, runId, buffer);
        _sending = Task.Run(Send);
    }

    public bool AnyRefused
    {
        get
        {
            lock (_refused) return _refused.Count > 0;
        }
    }

    public void ThrowIfRefused()
    {
        lock (_refused)
        {
            if (_refused.Count == 0) return;
            var first = _refused[0];
            throw new CairnException(first.Problem with { Detail = $"{_refused.Count} metrics, params or tags of run {_runId} were refused, the first because: {first.Message}" }, first);
        }
    }

    /// <summary>Sends what is left.</summary>
    public async Task Close()
    {
        _buffer.Close();
        await _sending.ConfigureAwait(false);
        await _buffer.Drained().ConfigureAwait(false); // throws when something could not be sent
    }

    private async Task Send()
    {
        try
        {
            while (await _buffer.Take().ConfigureAwait(false) is { } batch)
            {
                await Send(batch).ConfigureAwait(false);
                _buffer.Sent(batch.Count);
            }
        }
        catch (CairnException fault)
        {
            _buffer.Fail(fault);
        }
        catch (Exception fault) when (fault is not CairnException)
        {
            _buffer.Fail(MlflowApi.Declined(0, "client.logging-failed", $"The sending of what was logged ended: {fault.Message}", fault)); // nobody waits for ever
        }
    }

    /// <summary>One that is refused is sent in halves, until only the entry that is wrong is left out.</summary>
    private async Task Send(List<LogEntry> batch)
    {
        try
        {
            var body = Body(batch);
            await _api.PostContent("runs/log-batch", () => Content(body), repeat: true, CancellationToken.None).ConfigureAwait(false);
        }
        catch (CairnException refused) when (refused.Problem.Status is (int)HttpStatusCode.BadRequest or (int)HttpStatusCode.RequestEntityTooLarge)
        {
            if (batch.Count == 1)
            {
                lock (_refused) _refused.Add(refused);
                return;
            }

            await RequireActive().ConfigureAwait(false);
            var half = batch.Count / 2;
            await Send(batch[..half]).ConfigureAwait(false);
            await Send(batch[half..]).ConfigureAwait(false);
        }
    }

    /// <summary>A run that was deleted refuses all of it: that is told once.</summary>
    private async Task RequireActive()
    {
        var run = await _api.Get($"runs/get?run_id={_runId}", CancellationToken.None).ConfigureAwait(false);
        if (MlflowApi.Text(MlflowApi.Within(run, "run", "info"), "lifecycle_stage") != "active")
            throw MlflowApi.Declined(409, "RESOURCE_CONFLICT", $"Run {_runId} was deleted while it was logged to. Restore it to log to it.");
    }

    private ReadOnlyMemory<byte> Body(List<LogEntry> batch)
    {
        var buffer = new ArrayBufferWriter<byte>(64 + (batch.Count * 80));
        using var json = new Utf8JsonWriter(buffer, _plain);
        json.WriteStartObject();
        json.WriteString("run_id"u8, _runId);
        Write(json, "metrics"u8, batch, LogKind.Metric);
        Write(json, "params"u8, batch, LogKind.Param);
        Write(json, "tags"u8, batch, LogKind.Tag);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> field, List<LogEntry> batch, LogKind kind)
    {
        json.WriteStartArray(field);
        foreach (var entry in batch)
        {
            if (entry.Kind != kind) continue;
            json.WriteStartObject();
            json.WriteString("key"u8, entry.Key);
            if (kind == LogKind.Metric)
            {
                WriteValue(json, entry.Value);
                json.WriteNumber("timestamp"u8, entry.Timestamp);
                json.WriteNumber("step"u8, entry.Step);
            }
            else
            {
                json.WriteString("value"u8, entry.Text);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber("value"u8, value);
        else json.WriteString("value"u8, double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }

    private static ReadOnlyMemoryContent Content(ReadOnlyMemory<byte> json) =>
        new(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Cairn.Client.Logging;

namespace Cairn.Client;

/// <summary>
/// A run that this process logs to. Metrics, params and tags are sent in batches in the background; when the server is slower than the caller,
/// the caller waits. A server that is away is waited for, for as long as <see cref="ActiveRunOptions.Patience"/> says. Any number of threads.
/// </summary>
/// <remarks>When <see cref="FlushAsync"/> or <see cref="DisposeAsync"/> has returned without an exception, everything logged before is stored.</remarks>
public sealed class ActiveRun : IAsyncDisposable
{
    private readonly MlflowApi _api;
    private readonly StartedRun _started;
    private readonly ActiveRunOptions _options;
    private readonly LogBuffer _buffer;
    private readonly LogSender _sender;
    private readonly ConcurrentDictionary<string, string> _params = new(StringComparer.Ordinal);
    private string? _status;
    private int _disposed;

    internal ActiveRun(MlflowApi api, StartedRun started, ActiveRunOptions options)
    {
        (_api, _started, _options) = (api, started, options);
        _buffer = new LogBuffer(options.Buffer);
        _sender = new LogSender(api, started.RunId, _buffer);
    }

    public string RunId => _started.RunId;

    public string Name => _started.Name;

    public string ExperimentId => _started.ExperimentId;

    /// <param name="step">For example the epoch.</param>
    /// <param name="at">When it was measured; of itself now, by the millisecond.</param>
    /// <exception cref="CairnException">What was logged before could not be sent.</exception>
    public void LogMetric(string key, double value, long step = 0, DateTimeOffset? at = null) =>
        _buffer.Add(new(LogKind.Metric, LogKey.Checked(key), "", value, (at ?? _options.Clock.GetUtcNow()).ToUnixTimeMilliseconds(), step));

    /// <summary>A param has one value for ever.</summary>
    /// <exception cref="InvalidOperationException">This run has that param with another value.</exception>
    public void LogParam(string key, object? value)
    {
        var text = LogKey.CheckedValue("param", key, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "", LogKey.LongestParam);
        if (_params.GetOrAdd(LogKey.Checked(key), text) is var logged && logged != text)
            throw new InvalidOperationException($"The param '{key}' of run {RunId} is '{logged}'; it does not become '{text}'. A param is written once; use a tag or a metric for what changes.");
        _buffer.Add(new(LogKind.Param, key, text, 0, 0, 0));
    }

    public void SetTag(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _buffer.Add(new(LogKind.Tag, LogKey.Checked(key), LogKey.CheckedValue("tag", key, value, LogKey.LongestTag), 0, 0, 0));
    }

    /// <summary>Stores a file with the run. Returns when it is stored.</summary>
    /// <param name="folder">Where among the run's artifacts; null: at the top.</param>
    public Task LogArtifactAsync(string file, string? folder = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        var path = string.IsNullOrEmpty(folder) ? Path.GetFileName(file) : $"{folder.TrimEnd('/')}/{Path.GetFileName(file)}";
        return _api.Upload(_started.AddressOf(path), () => new StreamContent(File.OpenRead(file)), cancellation);
    }

    /// <summary>Stores a text as a file of the run.</summary>
    public Task LogTextAsync(string text, string path, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return _api.Upload(_started.AddressOf(path), () => new ByteArrayContent(Encoding.UTF8.GetBytes(text)), cancellation);
    }

    /// <summary>Waits until everything logged before is stored.</summary>
    /// <exception cref="CairnException">Some of it was refused or could not be sent.</exception>
    public async Task FlushAsync(CancellationToken cancellation = default)
    {
        await _buffer.Drained().WaitAsync(cancellation).ConfigureAwait(false);
        _sender.ThrowIfRefused();
    }

    /// <summary>The work is done: the run counts as finished, not as failed, when it is disposed.</summary>
    public void Finish() => _status = "FINISHED";

    /// <summary>The run counts as failed, whatever was said before.</summary>
    public void Fail() => _status = "FAILED";

    /// <summary>Sends what is left, then closes the run: finished after <see cref="Finish"/>, otherwise failed.</summary>
    /// <exception cref="CairnException">Of a finished run: not all of it could be stored, and the run counts as failed. After a failure nothing is thrown that would hide it.</exception>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        var finished = _status == "FINISHED";
        try
        {
            await _sender.Close().ConfigureAwait(false);
            var status = finished && _sender.AnyRefused ? "FAILED" : _status ?? "FAILED";
            await _api.Post("runs/update", new { run_id = RunId, status, end_time = _options.Clock.GetUtcNow().ToUnixTimeMilliseconds() }, repeat: true, CancellationToken.None).ConfigureAwait(false);
            if (finished) _sender.ThrowIfRefused();
        }
        catch (CairnException) when (!finished)
        {
            // Whatever left the block early is on its way to the caller.
        }
    }

    internal void Cancelled() => _status = "KILLED";
}

public sealed record ActiveRunOptions
{
    /// <value>Null: the server makes one up.</value>
    public string? Name { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <value>The run that this one is a part of.</value>
    public string? ParentRunId { get; init; }

    /// <value>Whether user, command, commit and what is not committed, source file, .NET and assemblies are recorded with the run.</value>
    public bool RecordOrigin { get; init; } = true;

    /// <value>How many metrics, params and tags may wait to be sent before the caller waits.</value>
    public int Buffer { get; init; } = 20_000;

    /// <value>How long a server that does not answer, or answers that it is busy, is asked again.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

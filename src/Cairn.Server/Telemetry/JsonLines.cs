using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Server.Telemetry;

/// <summary>Logs as JSON lines, one object a line, to a file or to standard error.</summary>
internal sealed class JsonLines : ILoggerProvider
{
    private const long LargestFile = 32 << 20;
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _line = new(1024);
    private readonly ConcurrentDictionary<string, Line> _loggers = new(StringComparer.Ordinal);
    private readonly string? _path;
    private FileStream _out;

    public JsonLines(string? path)
    {
        _path = path;
        _out = path is null
            ? new FileStream(new SafeFileHandle(2, ownsHandle: false), FileAccess.Write, bufferSize: 0)
            : Open(path);
    }

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, category => new Line(this, category));

    public void Dispose()
    {
        lock (_gate) _out.Dispose();
    }

    private static FileStream Open(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        return new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }

    private void Write<TState>(string category, LogLevel level, TState state, Exception? fault, string message)
    {
        lock (_gate)
        {
            _line.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(_line, Readable)) WriteObject(json, category, level, state, fault, message);
            _line.Write("\n"u8);
            try
            {
                if (_path is not null && _out.Length > LargestFile) Roll(_path);
                _out.Write(_line.WrittenSpan);
            }
            catch (Exception unwritable) when (unwritable is IOException or ObjectDisposedException)
            {
                // A full disk must not take predictions down with it: the line is lost.
            }
        }
    }

    private void Roll(string path)
    {
        // The old one stays open until there is a new one: should that fail, the next line tries again instead of being lost with all that follow.
        if (File.Exists(path)) File.Move(path, path + ".1", overwrite: true);
        var next = Open(path);
        _out.Dispose();
        _out = next;
    }

    private static void WriteObject<TState>(Utf8JsonWriter json, string category, LogLevel level, TState state, Exception? fault, string message)
    {
        json.WriteStartObject();
        json.WriteString("time", TimeProvider.System.GetUtcNow().UtcDateTime);
        json.WriteString("level", level.ToString().ToLowerInvariant());
        json.WriteString("source", category);
        if (Activity.Current is { } activity) json.WriteString("trace_id", activity.TraceId.ToHexString());
        json.WriteString("message", message);
        if (state is IEnumerable<KeyValuePair<string, object?>> values)
            foreach (var (name, value) in values) if (name != "{OriginalFormat}") WriteValue(json, JsonNamingPolicy.SnakeCaseLower.ConvertName(name), value);
        if (fault is not null) json.WriteString("exception", fault.ToString());
        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null: json.WriteNull(name); break;
            case bool flag: json.WriteBoolean(name, flag); break;
            case int number: json.WriteNumber(name, number); break;
            case long number: json.WriteNumber(name, number); break;
            case double number when double.IsFinite(number): json.WriteNumber(name, number); break;
            default: json.WriteString(name, value.ToString()); break;
        }
    }

    private sealed class Line(JsonLines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Write(category, logLevel, state, exception, formatter(state, exception));
    }
}

internal static class JsonLinesBuilder
{
    public static ILoggingBuilder AddJsonLines(this ILoggingBuilder logging, string? path)
    {
        logging.Services.AddSingleton<ILoggerProvider>(_ => new JsonLines(path));
        return logging;
    }
}

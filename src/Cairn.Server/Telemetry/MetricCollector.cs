using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Hosting;

namespace Cairn.Server.Telemetry;

/// <summary>
/// Sums up the process's own meters for <c>/metrics</c>. Stands in for OpenTelemetry's Prometheus exporter. Recording a value finds its
/// series by a hash over the tags and allocates nothing once the series exists.
/// </summary>
internal sealed class MetricCollector : IHostedService, IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = new();

    public MetricCollector()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (Wanted(instrument)) listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, MetricFamily.Of));
        };
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder(8192);
        foreach (var same in _families.Values.Where(family => family.HasSeries).GroupBy(family => family.Name, StringComparer.Ordinal).OrderBy(same => same.Key, StringComparer.Ordinal))
        {
            same.First().WriteHead(text);
            foreach (var family in same) family.WriteSeries(text);
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private static bool Wanted(Instrument instrument) =>
        instrument.Meter.Name is var meter
        && (meter.StartsWith("Cairn", StringComparison.Ordinal) || meter is "System.Runtime" || instrument.Name is "http.server.request.duration" or "http.server.active_requests" or "kestrel.active_connections");
}

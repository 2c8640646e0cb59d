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
    // By name: two meters of one name are one family.
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    public MetricCollector()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (Wanted(instrument)) listener.EnableMeasurementEvents(instrument, FamilyOf(instrument));
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
        foreach (var family in _families.Values.Where(family => family.HasSeries).OrderBy(family => family.Name, StringComparer.Ordinal)) family.Write(text);

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private MetricFamily FamilyOf(Instrument instrument)
    {
        var family = MetricFamily.Of(instrument);
        return _families.GetOrAdd(family.Name, family);
    }

    private static bool Wanted(Instrument instrument) =>
        instrument.Meter.Name is var meter
        && (meter.StartsWith("Cairn", StringComparison.Ordinal) || meter is "System.Runtime" || instrument.Name is "http.server.request.duration" or "http.server.active_requests" or "kestrel.active_connections");
}

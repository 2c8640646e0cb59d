using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Cairn.Server.Telemetry;

/// <summary>One instrument in the Prometheus text format: its name, its kind, and a series for each set of tags.</summary>
internal sealed class MetricFamily
{
    // From a tenth of a millisecond: one prediction takes about a third of one.
    private static readonly double[] Seconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly double[] Counts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10000, 100000];

    // A tag with endless values must not eat the memory.
    private const int MostSeries = 1000;

    private readonly ConcurrentDictionary<int, MetricSeries> _series = new();
    private readonly Kind _kind;
    private readonly double[] _bounds;
    private readonly string _help;

    private MetricFamily(string name, string help, Kind kind, double[] bounds) => (Name, _help, _kind, _bounds) = (name, help, kind, bounds);

    private enum Kind
    {
        Counter,
        ObservedCounter,
        UpDown,
        Gauge,
        Histogram,
    }

    public string Name { get; }

    public bool HasSeries => !_series.IsEmpty;

    public static MetricFamily Of(Instrument instrument)
    {
        var type = instrument.GetType();
        var kind = type.IsGenericType ? KindOf(type.GetGenericTypeDefinition()) : Kind.Gauge;
        return new MetricFamily(NameOf(instrument, kind), instrument.Description ?? instrument.Name, kind, instrument.Unit is "s" ? Seconds : Counts);
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Find(tags) is not { } series) return;
        switch (_kind)
        {
            case Kind.Counter or Kind.UpDown: series.Add(value); break;
            case Kind.Histogram: series.Observe(value); break;
            default: series.Set(value); break;
        }
    }

    public void Write(StringBuilder text)
    {
        var kind = _kind switch { Kind.Counter or Kind.ObservedCounter => "counter", Kind.Histogram => "histogram", _ => "gauge" };
        text.Append("# HELP ").Append(Name).Append(' ').Append(_help.Replace("\\", "\\\\", StringComparison.Ordinal).ReplaceLineEndings("\\n")).Append('\n');
        text.Append("# TYPE ").Append(Name).Append(' ').Append(kind).Append('\n');
        foreach (var series in _series.Values.OrderBy(series => series.Labels, StringComparer.Ordinal)) series.Write(text, Name);
    }

    // Equal tags in another order make another series, as each instrument always records its tags in one order.
    private MetricSeries? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = new HashCode();
        foreach (var (name, value) in tags) if (Kept(name)) hash.Add(value);
        for (var slot = hash.ToHashCode(); ; slot++)
        {
            if (!_series.TryGetValue(slot, out var series))
            {
                if (_series.Count >= MostSeries) return null;
                series = _series.GetOrAdd(slot, new MetricSeries(Copy(tags), _kind == Kind.Histogram ? _bounds : null));
            }

            if (series.Has(tags)) return series;
        }
    }

    // The same on every request here: labels without information.
    internal static bool Kept(string tag) => tag is not ("url.scheme" or "network.protocol.version" or "network.protocol.name" or "network.type" or "network.transport" or "server.address" or "server.port");

    private static KeyValuePair<string, object?>[] Copy(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var kept = new List<KeyValuePair<string, object?>>(tags.Length);
        foreach (var tag in tags) if (Kept(tag.Key)) kept.Add(tag);
        return [.. kept];
    }

    private static Kind KindOf(Type type) =>
        type == typeof(Counter<>) ? Kind.Counter
        : type == typeof(ObservableCounter<>) ? Kind.ObservedCounter
        : type == typeof(UpDownCounter<>) ? Kind.UpDown
        : type == typeof(Histogram<>) ? Kind.Histogram
        : Kind.Gauge;

    private static string NameOf(Instrument instrument, Kind kind)
    {
        var name = new StringBuilder();
        foreach (var letter in instrument.Name) name.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        var unit = instrument.Unit switch { "s" => "_seconds", "ms" => "_milliseconds", "By" => "_bytes", _ => "" };
        var text = name.ToString().ToLower(CultureInfo.InvariantCulture);
        if (unit.Length > 0 && !text.EndsWith(unit, StringComparison.Ordinal)) text += unit;
        return kind is Kind.Counter or Kind.ObservedCounter && !text.EndsWith("_total", StringComparison.Ordinal) ? text + "_total" : text;
    }
}

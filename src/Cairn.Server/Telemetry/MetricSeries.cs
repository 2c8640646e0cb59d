using System.Globalization;
using System.Text;

namespace Cairn.Server.Telemetry;

/// <summary>The values of one instrument under one set of tags.</summary>
internal sealed class MetricSeries
{
    private readonly KeyValuePair<string, object?>[] _tags;
    private readonly double[]? _bounds;
    private readonly long[] _buckets;
    private readonly Lock _gate = new();
    private double _value;
    private long _count;

    /// <param name="bounds">Upper bounds of a histogram's buckets, ascending; null for a single value.</param>
    public MetricSeries(KeyValuePair<string, object?>[] tags, double[]? bounds)
    {
        (_tags, _bounds) = (tags, bounds);
        _buckets = bounds is null ? [] : new long[bounds.Length + 1];
        Labels = string.Join(',', tags.Select(tag => $"{LabelName(tag.Key)}=\"{LabelValue(tag.Value)}\""));
    }

    public string Labels { get; }

    public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var at = 0;
        foreach (var (name, value) in tags)
        {
            if (!MetricFamily.Kept(name)) continue;
            if (at == _tags.Length || !string.Equals(_tags[at].Key, name, StringComparison.Ordinal) || !Equals(_tags[at].Value, value)) return false;
            at++;
        }

        return at == _tags.Length;
    }

    public void Add(double value)
    {
        lock (_gate) _value += value;
    }

    public void Set(double value)
    {
        lock (_gate) _value = value;
    }

    public void Observe(double value)
    {
        var bucket = 0;
        while (bucket < _bounds!.Length && value > _bounds[bucket]) bucket++;
        lock (_gate)
        {
            _buckets[bucket]++;
            _value += value;
            _count++;
        }
    }

    public void Write(StringBuilder text, string name)
    {
        lock (_gate)
        {
            if (_bounds is null)
            {
                Line(text, name, "", Labels, _value);
                return;
            }

            long below = 0;
            for (var i = 0; i < _buckets.Length; i++)
            {
                below += _buckets[i];
                var bound = i < _bounds.Length ? _bounds[i].ToString("R", CultureInfo.InvariantCulture) : "+Inf";
                Line(text, name, "_bucket", $"{Labels}{(Labels.Length > 0 ? "," : "")}le=\"{bound}\"", below);
            }

            Line(text, name, "_sum", Labels, _value);
            Line(text, name, "_count", Labels, _count);
        }
    }

    private static void Line(StringBuilder text, string name, string suffix, string labels, double value)
    {
        text.Append(name).Append(suffix);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string LabelName(string tag) => string.Create(tag.Length, tag, static (name, tag) =>
    {
        for (var i = 0; i < name.Length; i++) name[i] = char.IsAsciiLetterOrDigit(tag[i]) ? tag[i] : '_';
    });

    private static string LabelValue(object? value) => (Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).ReplaceLineEndings("\\n");
}

using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Commands;

/// <summary>The columns of a list of runs, as they are named after <c>--columns</c>.</summary>
/// <param name="Header">As a table has it; # before it is a number.</param>
internal sealed record RunColumn(string Header, Func<RunWire, string> Show)
{
    private static readonly Dictionary<string, RunColumn> _attributes = new(StringComparer.Ordinal)
    {
        ["name"] = new("name", run => run.Name),
        ["experiment"] = new("experiment", run => run.ExperimentName),
        ["status"] = new("status", run => run.Status),
        ["user"] = new("user", run => run.User),
        ["started"] = new("started", run => Format.Time(run.StartedAt)),
        ["ended"] = new("ended", run => run.EndedAt is { } end ? Format.Time(end) : "-"),
        ["took"] = new("#took", run => run.EndedAt is { } end ? Format.Seconds((end - run.StartedAt) / 1e6) : "-"),
    };

    public const string Usual = "name,status,metrics.roc_auc,metrics.log_loss,started,took";

    /// <summary>The columns, and which metrics, params and tags they need.</summary>
    public static (IReadOnlyList<RunColumn> Columns, IReadOnlyList<string> Metrics, IReadOnlyList<string> Params, IReadOnlyList<string> Tags) Parse(string names)
    {
        var (columns, metrics, parameters, tags) = (new List<RunColumn>(), new List<string>(), new List<string>(), new List<string>());
        foreach (var name in names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (name.Split('.', 2) is not [var kind, { Length: > 0 } key]) columns.Add(_attributes.GetValueOrDefault(name) ?? throw Unknown(name));
            else if (kind == "metrics") Add(metrics, key, $"#{key}", run => Format.Metric(run.Metrics.TryGetValue(key, out var value) ? value : null));
            else if (kind == "params") Add(parameters, key, key, run => run.Params.GetValueOrDefault(key, "-"));
            else if (kind == "tags") Add(tags, key, key, run => run.Tags.GetValueOrDefault(key, "-"));
            else throw Unknown(name);
        }

        return (columns, metrics, parameters, tags);

        void Add(List<string> wanted, string key, string header, Func<RunWire, string> show)
        {
            wanted.Add(key);
            columns.Add(new(header, show));
        }
    }

    private static CairnException Unknown(string name) => new(Problems.Of(
        "cli.no-such-column", $"--columns names {name}. There are {string.Join(", ", _attributes.Keys)}, metrics.KEY, params.KEY and tags.KEY: --columns name,metrics.auc,params.depth."));
}

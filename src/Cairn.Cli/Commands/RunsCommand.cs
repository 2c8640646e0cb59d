using System.CommandLine;
using System.Globalization;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Commands;

internal static class RunsCommand
{
    private static readonly Argument<string> Id = new("run-id") { Description = "The run" };
    private static readonly Argument<string[]> Ids = new("run-ids") { Description = "Two or more runs", Arity = new ArgumentArity(2, 100) };
    private static readonly Argument<string[]> Some = new("run-ids") { Description = "One or more runs; the beginning of an id is enough where no other run begins so", Arity = new ArgumentArity(1, 100) };
    private static readonly Option<string?> Rename = new("--rename") { Description = "The name it has from now on", HelpName = "name" };
    private static readonly Option<string?> Describe = new("--describe") { Description = "What it was about, in words; an empty text removes the description", HelpName = "text" };
    private static readonly Option<string[]> Tag = new("--tag") { Description = "Set a tag; repeated", HelpName = "key=value" };
    private static readonly Option<string[]> Untag = new("--untag") { Description = "Remove a tag; repeated", HelpName = "key" };
    private static readonly Option<string?> Experiment = new("--experiment") { Description = "Only runs of this experiment (id or name)", HelpName = "experiment" };
    private static readonly Option<bool> All = new("--all") { Description = "Also what is equal in all of them" };
    private static readonly Option<string?> ByMetric = new("--metric") { Description = "By which metric: roc_auc (unless said), calibration_gap, log_loss, brier, cost_per_row, precision, recall or pr_auc", HelpName = "metric" };
    private static readonly Option<string?> OfFeature = new("--feature") { Description = "Only slices of this feature", HelpName = "feature" };
    private static readonly Option<int> WorstFirst = Paging.Limit("worst first");
    private static readonly Option<string?> NamePart = Paging.NamePart();
    private static readonly Option<string?> Under = new("--under") { Description = "Only runs of the experiment of this path and of all below it: team/churn", HelpName = "path" };
    private static readonly Argument<string> By = new("by") { Description = "params.KEY, tags.KEY, experiment, status or user" };
    private static readonly Option<string?> MetricKey = new("--metric") { Description = "Also how many have this metric, its mean, least and greatest value", HelpName = "key" };
    private static readonly Option<int> Groups = Paging.Limit("the largest group first");
    private static readonly Option<string?> Filter = new("--filter") { Description = "Only those of which all clauses are true, as MLflow writes them: \"metrics.auc > 0.8 AND params.depth = '6'\"", HelpName = "clauses" };
    private static readonly Option<string?> OrderBy = new("--order-by") { Description = "metrics.KEY, params.KEY, tags.KEY, started_at, ended_at, name or status, and desc for the greatest first", HelpName = "order" };
    private static readonly Option<string?> Columns = new("--columns") { Description = $"What to show, between commas; else {RunColumn.Usual}", HelpName = "columns" };
    private static readonly Option<int> Limit = Paging.Limit("newest first unless ordered otherwise");

    public static Command Build() => new Command("runs", "List, show, compare, edit and delete tracked runs")
    {
        new Command("list", "List runs, newest first") { Experiment, Under, NamePart, Filter, OrderBy, Columns, Limit }.Does(List),
        new Command("count", "Count runs") { Experiment, Under, NamePart, Filter }.Does(Count),
        new Command("groups", "Count runs that are alike, and compare what a metric comes to in each group") { By, MetricKey, Experiment, Under, NamePart, Filter, Groups }.Does(Group),
        new Command("show", "Show a run: params, metrics, inputs, artifacts") { Id }.Does(Show),
        new Command("watch", "Print what a run logs, while it logs it, until it has ended") { Id }.Does(Watch),
        new Command("compare", "Compare runs side by side") { Ids, All }.Does(Compare),
        new Command("slices", "Show where a run does worse than elsewhere: slices of its test split against the rest") { Id, ByMetric, OfFeature, WorstFirst }.Does(Slices),
        new Command("edit", "Rename, describe and tag runs, all of them or none") { Some, Rename, Describe, Tag, Untag }.Does(Edit),
        new Command("delete", "Delete runs, all of them or none: they go into the bin and can be restored until they are purged") { Some }.Does((invocation, cancellation) => Change(invocation, "deleted", ChangeRuns.Delete, null, cancellation)),
        new Command("restore", "Bring back deleted runs, all of them or none") { Some }.Does((invocation, cancellation) => Change(invocation, "restored", ChangeRuns.Restore, null, cancellation)),
        Experiment,
        Under,
        NamePart,
        Filter,
        OrderBy,
        Columns,
        Limit,
    }.Does(List);

    private static async Task<int> List(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var experiment = await ExperimentId(session.Client, invocation.Get(Experiment), cancellation);
        var which = new RunListing(experiment, Name: invocation.Get(NamePart), OrderBy: invocation.Get(OrderBy), Filter: invocation.Get(Filter), Under: invocation.Get(Under));
        var (columns, metrics, parameters, tags) = RunColumn.Parse(invocation.Get(Columns) ?? RunColumn.Usual);
        // As JSON the whole run, unless columns are named.
        if (!invocation.Terminal.Json || invocation.Get(Columns) is not null) which = which with { Metrics = metrics, Params = parameters, Tags = tags };
        var runs = await Paging.Take(invocation.Get(Limit), (n, token) => session.Client.ListRunsAsync(which, n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(runs);
            return ExitCode.Ok;
        }

        var table = Tables.New(["run", .. columns.Select(column => column.Header)]);
        foreach (var run in runs) table.With([run.RunId, .. columns.Select(column => column.Show(run))]);
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> Count(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var experiment = await ExperimentId(session.Client, invocation.Get(Experiment), cancellation);
        var counted = await session.Client.CountRunsAsync(new(experiment, Name: invocation.Get(NamePart), Filter: invocation.Get(Filter), Under: invocation.Get(Under)), cancellation: cancellation);
        if (invocation.Terminal.Json) Terminal.WriteJson(counted);
        else Terminal.WriteLine(Format.Count(counted.Count));
        return ExitCode.Ok;
    }

    private static async Task<int> Group(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var experiment = await ExperimentId(session.Client, invocation.Get(Experiment), cancellation);
        var which = new RunListing(experiment, Name: invocation.Get(NamePart), Filter: invocation.Get(Filter), Under: invocation.Get(Under));
        var metric = invocation.Get(MetricKey);
        var groups = await Paging.Take(invocation.Get(Groups), (n, token) => session.Client.GroupRunsAsync(which, invocation.Get(By), metric, n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(groups);
            return ExitCode.Ok;
        }

        var table = Tables.New([invocation.Get(By), "#runs", .. metric is null ? (string[])[] : [$"#with {metric}", "#mean", "#least", "#greatest"]]);
        foreach (var group in groups)
            table.With([group.ExperimentName ?? group.Value ?? "-", Format.Count(group.Runs), .. metric is null ? (string[])[] : [Format.Count(group.Measured), Format.Metric(group.Mean), Format.Metric(group.Min), Format.Metric(group.Max)]]);
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> Show(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var run = await session.Client.GetRunAsync(invocation.Get(Id), cancellation);
        var artifacts = (await session.Client.ListArtifactsAsync(run.RunId, cancellation: cancellation)).Items;
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(new { Run = run, Artifacts = artifacts });
            return ExitCode.Ok;
        }

        invocation.Terminal.Write(Tables.Facts(
            ("run", run.RunId), ("name", run.Name), ("about", run.Description is { Length: > 0 } about ? about : null), ("experiment", run.ExperimentId), ("status", run.Status), ("user", run.User), ("nested in", run.Tags.GetValueOrDefault(RunWire.ParentTag)), ("nested runs", run.Children is { } children ? Format.Count(children) : null), ("started", Format.Time(run.StartedAt)),
            ("inputs", string.Join(", ", run.Inputs.Select(i => $"{i.Name} {Format.Short(i.Digest)} ({i.Context})")))));
        var table = Tables.New("", "name", "value");
        foreach (var (name, value) in run.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal)) table.With("metric", name, $"{value:G6}");
        foreach (var (name, value) in run.Params.OrderBy(p => p.Key, StringComparer.Ordinal)) table.With("param", name, value);
        foreach (var (name, value) in run.Tags.OrderBy(t => t.Key, StringComparer.Ordinal)) table.With("tag", name, value);
        foreach (var artifact in artifacts) table.With("artifact", artifact.Path, artifact.IsDirectory ? "folder" : Format.Bytes(artifact.Length ?? 0));
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> Watch(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        await foreach (var happened in session.Client.WatchRunAsync(invocation.Get(Id), cancellation: cancellation))
        {
            if (invocation.Terminal.Json) Terminal.WriteJson(happened);
            else if (happened.Run is { } run) Terminal.WriteLine($"{run.Name}: {run.Status}{(run.EndedAt is { } end ? $" after {Format.Seconds((end - run.StartedAt) / 1e6)}" : "")}");
            foreach (var point in invocation.Terminal.Json ? [] : happened.Points?.Points ?? [])
                Terminal.WriteLine($"{Format.Time(point.Timestamp ?? 0)}  step {point.Step}  {point.Key} {point.Value.ToString("G6", CultureInfo.InvariantCulture)}");
        }

        return ExitCode.Ok;
    }

    private static async Task<int> Compare(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var comparison = await session.Client.CompareRunsAsync(invocation.Get(Ids), invocation.Get(All), cancellation);
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(comparison);
            return ExitCode.Ok;
        }

        var table = Tables.New(["", "name", .. comparison.Runs.Select(r => r.Name.Length > 0 ? $"{r.Name} {r.RunId[^6..]}" : r.RunId)]);
        foreach (var (name, values) in comparison.Metrics) table.With(["metric", name, .. values.Select(v => v is { } number ? $"{number:G6}" : "-")]);
        foreach (var (name, values) in comparison.Params) table.With(["param", name, .. values.Select(v => v ?? "-")]);
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> Slices(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        RunSlicesWire? first = null;
        var slices = await Paging.Take(invocation.Get(WorstFirst), async (n, token) =>
        {
            var page = await session.Client.ListSlicesAsync(invocation.Get(Id), invocation.Get(ByMetric), invocation.Get(OfFeature), n, token, cancellation);
            first ??= page;
            return new Page<SliceWire>(page.Items, page.NextPageToken);
        });
        var all = first! with { Items = slices, NextPageToken = null };
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(all);
            return ExitCode.Ok;
        }

        var compared = all.Compared == 1 ? "1 slice was" : $"{Format.Count(all.Compared)} slices were";
        Terminal.WriteLine($"{compared} compared with the rest of {Format.Count(all.Rows)} test rows by {all.Metric}: {Format.Count(all.Worse)} surely worse, {Format.Count(all.Better)} surely better; {Format.Count(all.TooFew)} have too few rows to say.");
        var table = Tables.New("slice", "#rows", "#positives", $"#{all.Metric}", "95 %", "#rest", "#difference", "#p, corrected", "verdict");
        foreach (var slice in slices)
        {
            var result = slice.Result;
            table.With(
                slice.Name.Length > 60 ? slice.Name[..59] + "…" : slice.Name, Format.Count(slice.Rows), Format.Count(slice.Positives), Format.Metric(result.Value),
                result.Low is null ? "-" : $"{Format.Metric(result.Low)} to {Format.Metric(result.High)}", Format.Metric(result.Rest), Format.Metric(result.Difference),
                Format.Metric(result.CorrectedP), result.Why is { } why ? $"too few: {why}" : result.Verdict.Replace('_', ' '));
        }

        invocation.Terminal.Write(table);
        foreach (var left in all.LeftOut) Terminal.WriteLine($"Without slices: {left.Feature} ({left.Why}).");
        return ExitCode.Ok;
    }

    private static Task<int> Edit(Invocation invocation, CancellationToken cancellation)
    {
        var tags = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var tag in invocation.Get(Tag) ?? [])
        {
            var at = tag.IndexOf('=', StringComparison.Ordinal);
            if (at < 1) throw new CairnException(Problems.Of("cli.tag", $"--tag is '{tag}'; it takes a key, '=' and a value: --tag team=crm."));
            tags[tag[..at]] = tag[(at + 1)..];
        }

        foreach (var key in invocation.Get(Untag) ?? []) tags[key] = null;
        var change = new UpdateRun(Name: invocation.Get(Rename), Description: invocation.Get(Describe), Tags: tags.Count > 0 ? tags : null);
        if (change == new UpdateRun()) throw new CairnException(Problems.Of("cli.nothing-to-do", "It does not say what to change: --rename, --describe, --tag or --untag."));
        return Change(invocation, "changed", ChangeRuns.Edit, change, cancellation);
    }

    private static async Task<int> Change(Invocation invocation, string done, string act, UpdateRun? change, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var runs = (await session.Client.ChangeRunsAsync(new ChangeRuns(invocation.Get(Some), act, change), cancellation)).Runs;
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(runs);
            return ExitCode.Ok;
        }

        foreach (var run in runs) Terminal.WriteLine($"{run.RunId} {run.Name}: {done}");
        return ExitCode.Ok;
    }

    private static async Task<string?> ExperimentId(CairnClient client, string? asked, CancellationToken cancellation)
    {
        if (asked is null) return null;
        var experiments = await Paging.Take(0, (n, token) => client.ListExperimentsAsync(n, token, cancellation));
        return experiments.FirstOrDefault(e => e.ExperimentId == asked || e.Name == asked)?.ExperimentId
            ?? throw new CairnException(Problems.Of("cli.no-such-experiment", $"No experiment is named {asked}. There are: {string.Join(", ", experiments.Select(e => e.Name))}."));
    }
}

using System.CommandLine;
using System.Globalization;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Commands;

internal static class DatasetsCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The dataset" };
    private static readonly Option<long?> Version = new("--version-number") { Description = "The version (default: the latest)", HelpName = "n" };
    private static readonly Argument<long> Left = new("left") { Description = "A version" };
    private static readonly Argument<long> Right = new("right") { Description = "Another version" };
    private static readonly Option<string?> NamePart = Paging.NamePart();
    private static readonly Option<int> Limit = Paging.Limit();
    private static readonly Option<int> RowLimit = Paging.Limit("from the first");

    public static Command Build() => new Command("datasets", "List, show and compare dataset versions")
    {
        new Command("list", "List datasets") { NamePart, Limit }.Does(List),
        new Command("versions", "List the versions of a dataset") { Name, Limit }.Does(Versions),
        new Command("show", "Show a version with its contract") { Name, Version }.Does(Show),
        new Command("rows", "Show the rows of a version, in the order of its source; personal data is not shown") { Name, Version, RowLimit }.Does(Rows),
        new Command("compare", "Compare two versions of a dataset, column by column") { Name, Left, Right }.Does(Compare),
        NamePart,
        Limit,
    }.Does(List);

    private static async Task<int> List(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var datasets = await Paging.Take(invocation.Get(Limit), (n, token) => session.Client.ListDatasetsAsync(invocation.Get(NamePart), n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(datasets);
            return ExitCode.Ok;
        }

        var table = Tables.New("dataset", "#versions", "latest", "#rows", "updated");
        foreach (var d in datasets) table.With(d.Name, $"{d.Versions}", $"{d.LatestVersion} ({Format.Short(d.LatestDigest)})", Format.Count(d.Rows), Format.Time(d.UpdatedAt));
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> Versions(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var versions = await Paging.Take(invocation.Get(Limit), (n, token) => session.Client.ListDatasetVersionsAsync(invocation.Get(Name), n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(versions);
            return ExitCode.Ok;
        }

        var table = Tables.New("#version", "digest", "#rows", "#size", "source", "taken");
        foreach (var v in versions) table.With($"{v.Version}", Format.Short(v.Digest), Format.Count(v.Rows), Format.Bytes(v.Bytes), v.Source, Format.Time(v.CreatedAt));
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> Show(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var version = await Chosen(invocation, session.Client, cancellation);
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(version);
            return ExitCode.Ok;
        }

        invocation.Terminal.Write(Tables.Facts(
            ("dataset", $"{version.Dataset} version {version.Version}"), ("digest", version.Digest), ("rows", Format.Count(version.Rows)), ("size", Format.Bytes(version.Bytes)),
            ("source", version.Source), ("key", version.Key), ("target", version.Target), ("taken", Format.Time(version.CreatedAt))));
        var table = Tables.New("column", "type", "rules");
        foreach (var column in version.Columns) table.With(column.Name, column.Type, Rules(column));
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> Rows(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var version = await Chosen(invocation, session.Client, cancellation);
        var number = version.Version.ToString(CultureInfo.InvariantCulture);
        var rows = await Paging.Take(invocation.Get(RowLimit), (n, token) => session.Client.ListDatasetRowsAsync(version.Dataset, number, n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(rows);
            return ExitCode.Ok;
        }

        var shown = version.Columns.Select((column, at) => (column, at)).Where(one => !one.column.Pii).ToList();
        var table = Tables.New(["#row", .. shown.Select(one => one.column.Type is "number" or "integer" ? "#" + one.column.Name : one.column.Name)]);
        foreach (var row in rows) table.With([$"{row.Row}", .. shown.Select(one => row.Values[one.at] ?? "")]);
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    /// <summary>The version that was named, else the latest.</summary>
    private static async Task<DatasetVersionWire> Chosen(Invocation invocation, CairnClient client, CancellationToken cancellation)
    {
        var name = invocation.Get(Name);
        return invocation.Get(Version) is { } asked ? await client.GetDatasetVersionAsync(name, asked, cancellation)
            : (await client.ListDatasetVersionsAsync(name, limit: 1, cancellation: cancellation)).Items is [var latest, ..] ? latest
            : throw new CairnException(Problems.Of("cli.no-such-dataset", $"No dataset is named {name}; 'cairn datasets' lists them."));
    }

    private static async Task<int> Compare(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var comparison = await session.Client.CompareDatasetVersionsAsync(invocation.Get(Name), invocation.Get(Left), invocation.Get(Right), cancellation);
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(comparison);
            return ExitCode.Ok;
        }

        Terminal.WriteLine($"{comparison.Left.Dataset}: version {comparison.Left.Version} has {Format.Count(comparison.Left.Rows)} rows, version {comparison.Right.Version} has {Format.Count(comparison.Right.Rows)}.");
        if (comparison.Left.Digest == comparison.Right.Digest) Terminal.WriteLine("Their content is the same.");
        var table = Tables.New("column", "change", $"version {comparison.Left.Version}", $"version {comparison.Right.Version}");
        foreach (var change in comparison.Changes) table.With(change.Column, change.Change, change.Left, change.Right);
        if (comparison.Changes.Count > 0) invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static string Rules(ColumnWire column)
    {
        var rules = new List<string>();
        if (!column.Nullable) rules.Add("not null");
        if (column.Min is not null || column.Max is not null) rules.Add($"{column.Min?.ToString() ?? "-∞"} to {column.Max?.ToString() ?? "∞"}");
        if (column.Categories is { } categories) rules.Add(categories.Count > 6 ? $"{categories.Count} categories" : string.Join(" | ", categories));
        if (column.Pii) rules.Add("pii");
        return string.Join(", ", rules);
    }
}

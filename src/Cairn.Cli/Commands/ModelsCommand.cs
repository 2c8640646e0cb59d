using System.CommandLine;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;

namespace Cairn.Cli.Commands;

internal static class ModelsCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The model" };
    private static readonly Argument<long[]> Versions = new("versions") { Description = "Two or more versions", Arity = new ArgumentArity(2, 100) };
    private static readonly Option<DateTimeOffset?> At = TimeOption.Of("--at", "Who was champion at that time (UTC unless it says otherwise)");

    private static readonly Option<string?> NamePart = Paging.NamePart();
    private static readonly Option<int> Limit = Paging.Limit();

    public static Command Build() => new Command("models", "List, show and compare registered models")
    {
        new Command("list", "List models") { NamePart, Limit }.Does(List),
        new Command("show", "Show a model with its versions") { Name, Limit }.Does(Show),
        new Command("compare", "Compare the runs behind versions of a model") { Name, Versions }.Does(Compare),
        new Command("history", "Show every move of the champion") { Name, At, Limit }.Does(History),
        NamePart,
        Limit,
    }.Does(List);

    private static async Task<int> List(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var models = await Paging.Take(invocation.Get(Limit), (n, token) => session.Client.ListModelsAsync(invocation.Get(NamePart), n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(models);
            return ExitCode.Ok;
        }

        var table = Tables.New("model", "#versions", "#champion", "updated");
        foreach (var m in models) table.With(m.Name, $"{m.LatestVersion}", m.Champion is { } v ? $"{v}" : "-", Format.Time(m.UpdatedAt));
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> Show(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var name = invocation.Get(Name);
        var model = await session.Client.GetModelAsync(name, cancellation);
        var versions = await Paging.Take(invocation.Get(Limit), (n, token) => session.Client.ListModelVersionsAsync(name, n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(new { Model = model, Versions = versions });
            return ExitCode.Ok;
        }

        invocation.Terminal.Write(Tables.Facts(("model", model.Name), ("about", model.Description), ("champion", model.Champion?.ToString()), ("updated", Format.Time(model.UpdatedAt))));
        var table = Tables.New("#version", "aliases", "stage", "verdict", "package", "run", "registered");
        foreach (var v in versions)
            table.With($"{v.Version}", string.Join(", ", v.Aliases), v.Stage, v.Verdict?.Verdict ?? "-", v.PackageDigest is { } digest ? Format.Short(digest) : "-", v.RunId ?? "-", Format.Time(v.CreatedAt));
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> Compare(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var runs = new List<string>();
        foreach (var version in invocation.Get(Versions))
        {
            var found = await session.Client.GetModelVersionAsync(invocation.Get(Name), version, cancellation);
            if (found.RunId is { } run) runs.Add(run);
        }

        var comparison = await session.Client.CompareRunsAsync(runs, cancellation: cancellation);
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(comparison);
            return ExitCode.Ok;
        }

        var table = Tables.New(["", "name", .. invocation.Get(Versions).Select(v => $"version {v}")]);
        foreach (var (name, values) in comparison.Metrics) table.With(["metric", name, .. values.Select(v => v is { } number ? $"{number:G6}" : "-")]);
        foreach (var (name, values) in comparison.Params) table.With(["param", name, .. values.Select(v => v ?? "-")]);
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> History(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var at = TimeOption.Micros(invocation.Get(At));
        var moves = await Paging.Take(invocation.Get(Limit), (n, token) => session.Client.ListPromotionsAsync(invocation.Get(Name), at, n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(moves);
            return ExitCode.Ok;
        }

        if (at is not null)
            Terminal.WriteLine(moves is [{ Version: { } champion }, ..] ? $"Version {champion} was champion at that time." : "There was no champion at that time.");
        var table = Tables.New("time", "kind", "#from", "#to", "by", "reason");
        foreach (var move in moves) table.With(Format.Time(move.Time), move.Kind, move.Previous is { } p ? $"{p}" : "-", move.Version is { } v ? $"{v}" : "-", move.Caller, move.Reason);
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }
}

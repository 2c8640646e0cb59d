using System.CommandLine;
using System.Text.Json;
using Cairn.Cli.Invoking;
using Cairn.Cli.Projects;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Commands;

internal static class BinCommand
{
    private static readonly Argument<string[]> Some = new("subjects") { Description = "What the list names: runs/ID, experiments/ID, logged-models/ID, models/ID, versions/ID", Arity = new ArgumentArity(1, 1000) };
    private static readonly Argument<string[]> Any = new("subjects") { Description = "What the list names: runs/ID, experiments/ID, logged-models/ID, models/ID, versions/ID", Arity = new ArgumentArity(0, 1000) };
    private static readonly Option<bool> All = new("--all") { Description = "All that is in the bin" };
    private static readonly Option<double?> OlderThan = new("--older-than") { Description = "Only what was deleted so many days ago, or earlier", HelpName = "days" };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Only say what would go" };
    private static readonly Option<string?> Kind = new("--kind") { Description = "runs, experiments, logged-models, models or versions alone", HelpName = "kind" };
    private static readonly Option<string?> NamePart = Paging.NamePart();
    private static readonly Option<int> Limit = Paging.Limit("last deleted first");

    public static Command Build() => new Command("bin", "List, restore and purge what is deleted")
    {
        new Command("list", "List what is deleted and can be restored") { Kind, NamePart, Limit }.Does(List),
        new Command("restore", "Bring back what is deleted") { Some }.Does(Restore),
        new Command("purge", "Remove what is deleted for good, with the files that nothing else names; killed or cancelled, the same command goes on") { Any, All, OlderThan, DryRun }.Does(Purge),
        Kind, NamePart, Limit,
    }.Does(List);

    private static async Task<int> List(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var items = await Paging.Take(invocation.Get(Limit), (n, token) => session.Client.ListBinAsync(n, token, invocation.Get(Kind), invocation.Get(NamePart), cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(items);
            return ExitCode.Ok;
        }

        var table = Tables.New("what", "name", "deleted", "by", "#runs", "#versions", "#files", "#size", "purged");
        foreach (var item in items)
        {
            table.With(
                item.Subject, item.Name, Format.Time(item.DeletedAt), item.DeletedBy.Length > 0 ? item.DeletedBy : "-", Format.Count(item.Runs), Format.Count(item.Versions), Format.Count(item.Files), Format.Bytes(item.Bytes),
                item.Kept is not null ? "kept" : item.PurgeAt is { } time ? Format.Time(time) : "when asked");
        }

        invocation.Terminal.Write(table);
        foreach (var item in items.Where(item => item.Kept is not null)) Terminal.WriteLine($"Kept: {item.Subject}: {item.Kept}");
        return ExitCode.Ok;
    }

    private static async Task<int> Restore(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var subjects = invocation.Get(Some)!;
        foreach (var subject in subjects)
        {
            await session.Client.RestoreFromBinAsync(subject, cancellation);
            if (!invocation.Terminal.Json) Terminal.WriteLine($"{subject} is restored.");
        }

        if (invocation.Terminal.Json) Terminal.WriteJson(new { Restored = subjects });
        return ExitCode.Ok;
    }

    private static async Task<int> Purge(Invocation invocation, CancellationToken cancellation)
    {
        var (subjects, days, all) = (invocation.Get(Any)!, invocation.Get(OlderThan), invocation.Get(All));
        if (days is < 0 or > 36_500 || (subjects.Length > 0 ? all : !all && days is null))
            throw new CairnException(Problems.Of("cli.purge-what", "Name what is to be purged for good: subjects of 'cairn bin list', or --all, or --older-than DAYS (0 to 36500). With --dry-run nothing goes."));

        await using var session = await invocation.Connect(cancellation);
        var before = days is { } d ? TimeOption.Micros(TimeProvider.System.GetUtcNow().AddDays(-d)) : null;
        var run = await session.Client.StartPurgeAsync(new(subjects.Length > 0 ? subjects : null, before, invocation.Get(DryRun)), cancellation);
        run = await Following.ToItsEnd(session.Client, invocation.Terminal, run, "The same command", cancellation);
        if (run.State != "succeeded" || run.Result is not { } json)
            throw new CairnException(run.Problem ?? Problems.Of($"cli.run-{run.State}", $"The purge {run.FlowRunId} was {run.State}. {run.Message} What it had begun is gone; the same command goes on."));

        var result = json.Deserialize<PurgeResult>(CairnJson.Options)!;
        if (invocation.Terminal.Json) Terminal.WriteJson(result);
        else Show(result);
        return ExitCode.Ok;
    }

    private static void Show(PurgeResult result)
    {
        var things = $"{Format.Count(result.Runs)} runs, {Format.Count(result.LoggedModels)} logged models, {Format.Count(result.Experiments)} experiments, {Format.Count(result.Models)} models, {Format.Count(result.Versions)} versions";
        foreach (var kept in result.Kept) Terminal.WriteLine($"Kept: {kept.Subject} ({kept.Name}): {kept.Reason}");
        Terminal.WriteLine(result.DryRun
            ? $"A purge would remove {things}, and {Format.Count(result.Files)} files of {Format.Bytes(result.Bytes)}. Nothing was removed: this was a dry run."
            : $"Removed {things}, and {Format.Count(result.Files)} files of {Format.Bytes(result.Bytes)} in {Format.Seconds(result.Seconds)}.");
        if (result.LaterFiles > 0) Terminal.WriteLine($"{Format.Count(result.LaterFiles)} files were written less than a day ago; the server removes them when a day has passed.");
    }
}

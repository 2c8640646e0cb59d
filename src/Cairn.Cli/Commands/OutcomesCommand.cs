using System.CommandLine;
using System.Globalization;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Commands;

internal static class OutcomesCommand
{
    private static readonly Argument<string> Value = new("value") { Description = "What it turned out to be: the class as it stands in the data" };
    private static readonly Option<string?> Prediction = new("--prediction") { Description = "The id of the prediction", HelpName = "id" };
    private static readonly Option<string?> Entity = new("--entity") { Description = "Whom it is about, instead of an id: the last prediction before it became true", HelpName = "entity" };
    private static readonly Option<string?> ObservedAt = new("--observed-at") { Description = "When it became true (default: now)", HelpName = "time" };
    private static readonly Option<bool> Correction = new("--correction") { Description = "What was said before was wrong" };

    private static readonly Option<string> File = new("--file") { Description = "A CSV or Parquet file of any length", HelpName = "file", Required = true };
    private static readonly Option<string?> EntityColumn = new("--entity") { Description = "The column that says whom a row is about", HelpName = "column" };
    private static readonly Option<string?> PredictionColumn = new("--prediction-id") { Description = "The column with ids of predictions, instead of --entity", HelpName = "column" };
    private static readonly Option<string> ValueColumn = new("--value") { Description = "The column of the outcome", HelpName = "column", Required = true };
    private static readonly Option<string?> TimeColumn = new("--time") { Description = "The column that says when it became true; needed with --entity", HelpName = "column" };
    private static readonly Option<string?> Timezone = new("--timezone") { Description = "Of times that do not say (default: UTC)", HelpName = "name" };
    private static readonly Option<bool> Corrections = new("--correction") { Description = "Every row takes the place of what was said before" };

    private static readonly Option<string?> Deployment = new("--deployment") { Description = "The deployment (default: the only one, or the default one)", HelpName = "name" };
    private static readonly Argument<string?> Of = new("deployment") { Description = "The deployment (default: the only one, or the default one)", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> From = new("--from") { Description = "From then on: 2026-11-01, 2026-11-01T12:00:00Z", HelpName = "time" };
    private static readonly Option<string?> To = new("--to") { Description = "Until then; a date is included", HelpName = "time" };
    private static readonly Option<string?> State = new("--state") { Description = "Only those that are unmatched or contradicting", HelpName = "state" };
    private static readonly Option<int> Limit = Paging.Limit();

    public static Command Build() => new Command("outcomes", "Tell what became of predictions, and see how well they did")
    {
        new Command("add", "Tell what became of one prediction") { Value, Prediction, Entity, Deployment, ObservedAt, Correction }.Does(Add),
        new Command("import", "Import a file of outcomes; importing it again changes nothing") { File, Deployment, EntityColumn, PredictionColumn, ValueColumn, TimeColumn, Timezone, Corrections }.Does(Import),
        new Command("list", "List outcomes as they were told") { Deployment, From, To, State, Limit }.Does(List),
        new Command("summary", "Show how many predictions have an outcome, and how well they did") { Of, From, To }.Does(Summary),
    };

    private static async Task<int> Add(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var entity = invocation.Get(Entity);
        // An entity is looked for before a time; of a prediction that is named, the server knows when it is told.
        var now = entity is null ? null : TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        var answer = await session.Client.AddOutcomeAsync(
            new()
            {
                PredictionId = invocation.Get(Prediction), Entity = entity, Deployment = invocation.Get(Deployment), Value = invocation.Get(Value),
                ObservedAt = invocation.Get(ObservedAt) ?? now, Correction = invocation.Get(Correction),
            },
            cancellation);
        var receipt = answer.Outcomes[0];
        if (invocation.Terminal.Json) Terminal.WriteJson(receipt);
        else Terminal.WriteLine($"{receipt.Status}. {OutcomeWords.Of(receipt.Status)}{(receipt.PredictionId is { } id ? $" Prediction {id}." : "")}{(receipt.Late is true ? " It is late: the window had closed." : "")}");
        return ExitCode.Ok;
    }

    private static async Task<int> Import(Invocation invocation, CancellationToken cancellation)
    {
        var path = invocation.Get(File)!;
        if (!System.IO.File.Exists(path)) throw new CairnException(Problems.Of("cli.no-file", $"There is no file {Path.GetFullPath(path)}."));
        await using var session = await invocation.Connect(cancellation);
        var file = System.IO.File.OpenRead(path);
        OutcomeImportWire done;
        await using (file)
        {
            done = await session.Client.ImportOutcomesAsync(
                file,
                new(invocation.Get(ValueColumn)!, invocation.Get(PredictionColumn), invocation.Get(EntityColumn), invocation.Get(TimeColumn), invocation.Get(Timezone), invocation.Get(Corrections), invocation.Get(Deployment)),
                state => invocation.Terminal.Note($"{Format.Count(state.Rows)} rows ..."), cancellation);
        }

        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(done);
        }
        else
        {
            Terminal.WriteLine($"{Format.Count(done.Rows)} rows: {string.Join(", ", done.Counts.Where(count => count.Value > 0).Select(count => $"{Format.Count(count.Value)} {count.Key}"))}.");
            foreach (var refused in done.Refused) await Console.Error.WriteLineAsync($"row {Format.Count(refused.Row)} ({refused.Code}): {refused.Detail}");
        }

        return done.Refused.Count == 0 ? ExitCode.Ok : ExitCode.Failure;
    }

    private static async Task<int> List(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var outcomes = await Paging.Take(invocation.Get(Limit), (n, token) => session.Client.ListOutcomesAsync(
            invocation.Get(Deployment), invocation.Get(From), invocation.Get(To), invocation.Get(State), n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(outcomes);
            return ExitCode.Ok;
        }

        var table = Tables.New("#outcome", "of", "value", "became true", "state", "", "told", "by");
        foreach (var one in outcomes)
        {
            table.With(
                one.OutcomeId.ToString(CultureInfo.InvariantCulture), one.PredictionId ?? one.Entity ?? "", one.Value, Format.Time(one.ObservedAt), one.State,
                string.Join(" ", (string[])[one.Late ? "late" : "", one.Correction ? "correction" : ""]).Trim(), Format.Time(one.ReceivedAt), one.Caller);
        }

        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> Summary(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var summary = await session.Client.GetOutcomeSummaryAsync(
            invocation.Get(Of) ?? await DefaultDeployment(session.Client, cancellation), invocation.Get(From), invocation.Get(To), cancellation: cancellation);
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(summary);
            return ExitCode.Ok;
        }

        var (counts, settings) = (summary.Counts, summary.Settings);
        invocation.Terminal.Write(Tables.Facts(
            ("deployment", summary.Deployment), ("predictions", Format.Count(counts.Predictions)), ("matured", Share(counts.MaturedShare)), ("with outcome", Format.Count(counts.WithOutcome)),
            ("assumed negative", settings.NegativeAfterDays is { } days ? $"{Format.Count(counts.AssumedNegative)} (after {days} days)" : null), ("open", Format.Count(counts.Open)),
            ("unknown", counts.Unknown > 0 ? $"{Format.Count(counts.Unknown)} (window closed, nothing told)" : null), ("positive", Share(counts.PositiveShare)),
            ("late", Some(counts.Late)), ("contradicted", Some(counts.Contradicted)), ("unmatched", Some(summary.Unmatched))));
        var table = Tables.New("variant", "#version", "#predictions", "#judged", "#positive", "roc_auc", "log_loss", "brier", "precision", "recall");
        foreach (var variant in summary.Variants)
        {
            var performance = variant.Performance;
            table.With(
                variant.Shadow ? $"{variant.Variant} (shadow)" : variant.Variant, $"{variant.Version}", Format.Count(variant.Counts.Predictions), Format.Count(performance?.Rows ?? 0), Format.Count(performance?.Positives ?? 0),
                Estimate(performance, "roc_auc"), Estimate(performance, "log_loss"), Estimate(performance, "brier"), Estimate(performance, "precision"), Estimate(performance, "recall"));
        }

        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<string> DefaultDeployment(CairnClient client, CancellationToken cancellation)
    {
        var all = await Paging.Take(0, (n, token) => client.ListDeploymentsAsync(n, token, cancellation));
        return all.FirstOrDefault(deployment => all.Count == 1 || deployment.IsDefault)?.Name
            ?? throw new CairnException(Problems.Of("cli.no-such-deployment", all.Count == 0 ? "There is no deployment yet: 'cairn run' makes one." : $"None is the default. There are: {string.Join(", ", all.Select(d => d.Name))}."));
    }

    private static string Share(double? share) => share is { } value ? Format.Percent(value) : "-";

    private static string? Some(long count) => count > 0 ? Format.Count(count) : null;

    private static string Estimate(RealisedWire? performance, string name) =>
        performance?.Metrics.TryGetValue(name, out var estimate) is not true ? "-"
        : estimate.Low is { } low && estimate.High is { } high ? $"{Format.Metric(estimate.Value)} ({Format.Metric(low)} to {Format.Metric(high)})"
        : Format.Metric(estimate.Value);
}

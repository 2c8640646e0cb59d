using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Segments;
using Cairn.Serving.Truth;
using Cairn.Storage;

namespace Cairn.Unit.Tests.Serving;

/// <summary>What is promised of their sum, on every database.</summary>
public abstract class OutcomeSummaryConformance(bool onPostgres) : OutcomesOn(onPostgres)
{
    [Fact]
    public async Task The_summary_counts_every_prediction_once_and_judges_those_that_are_decided()
    {
        await DisposeAsync();
        await InitializeAsync();
        History.Clock.Now = Noon.AddDays(4);
        double[] scores = [0.9, 0.8, 0.7, 0.6, 0.2, 0.1];
        var closed = new List<Guid>();
        foreach (var score in scores) closed.Add(await History.Log(Noon.AddMinutes(closed.Count), probability: score));
        foreach (var i in (int[])[0, 2, 4]) await History.Tell(closed[i], "Yes", Noon.AddHours(1)); // the others are assumed to be negative
        var open = await History.Log(Noon.AddDays(2), probability: 0.99, version: 2);
        await History.Tell(open, "Yes", Noon.AddDays(3));
        await History.Log(Noon.AddDays(2), probability: 0.3, version: 2);
        await History.Log([.. closed.Select((id, i) => new Logged(id, "", 1 - scores[i]))], RecordFlags.Shadow, version: 3, variant: "shade");

        var summary = await History.Summary();

        summary.Counts.ShouldBe(new OutcomeCountsWire(8, 4, 3, 1, 0, 0, 0, 7.0 / 8, 4.0 / 7));
        summary.Variants.Select(variant => (variant.Variant, variant.Version, variant.Counts.Predictions)).ShouldBe([("champion", 1, 6), ("champion", 2, 2), ("shade", 3, 6)]);
        summary.Variants[1].Performance.ShouldBeNull(); // its window is open: who is known already is no fair sample
        var performance = summary.Performance!;
        (performance.Rows, performance.Positives, performance.TruePositives, performance.FalsePositives, performance.FalseNegatives, performance.TrueNegatives).ShouldBe((6, 3, 2, 2, 1, 1));
        performance.Metrics["roc_auc"].Value.ShouldBe(6.0 / 9, 1e-15);
        performance.Metrics["brier"].Value.ShouldBe((0.01 + 0.64 + 0.09 + 0.36 + 0.64 + 0.01) / 6, 1e-15);
        performance.Metrics["accuracy"].Value.ShouldBe(0.5);
        var shadow = summary.Variants[2];
        (shadow.Shadow, shadow.Counts.WithOutcome, shadow.Counts.AssumedNegative, shadow.Performance!.Metrics["roc_auc"].Value).ShouldBe((true, 3, 3, 3.0 / 9)); // judged by the outcomes of the answers beside it
    }

    [Fact]
    public async Task What_was_counted_of_a_sealed_hour_is_counted_again_only_when_something_about_it_changed_and_is_always_what_a_count_from_the_start_finds()
    {
        History.Clock.Now = Noon.AddDays(10);
        var hours = new List<Guid[]>();
        for (var hour = 0; hour < 4; hour++)
        {
            Guid[] made = [.. Enumerable.Range(0, 20).Select(i => History.IdAt(Noon.AddHours(hour).AddSeconds(i)))];
            await History.Log([.. made.Select((id, i) => new Logged(id, $"e{hour}-{i}", i / 20.0))]);
            hours.Add(made);
        }

        await History.Tell([.. hours.SelectMany(made => made.Take(7)).Select(id => OutcomeLog.About(id, "Yes", Noon.AddDays(1)))]);
        await History.Get<Sealer>().Run(Cancelled);
        (await Recounted()).ShouldBe([0, 1, 2, 3]);
        (await Recounted()).ShouldBeEmpty();

        await History.Tell(hours[1][8], "Yes", Noon.AddDays(1));
        (await Recounted()).ShouldBe([1], "an outcome was told");
        await History.Tell(hours[2][0], "No", Noon.AddDays(2), correction: true);
        (await Recounted()).ShouldBe([2], "one was corrected");
        await History.Log(Noon.AddHours(2).AddMinutes(9), "late", probability: 0.9);
        (await Recounted()).ShouldBe([2], "a prediction came late");
        (await Recounted()).ShouldBe([2], "and lies in no segment yet");
        await History.Get<Sealer>().Run(Cancelled);
        (await Recounted()).ShouldBe([2], "it has a segment of its own");
        (await Recounted()).ShouldBeEmpty();

        await History.Wait("late", "Yes", Noon.AddHours(5));
        (await Recounted()).ShouldBeEmpty(); // nothing is known of it
        await History.Get<OutcomeRematch>().Run(Cancelled);
        (await Recounted()).ShouldBe([0, 1, 2, 3], "an outcome that was there found its prediction");
        History.Deploy(OutcomeLog.Deployment, new() { WithinDays = 30 });
        (await Recounted()).ShouldBe([0, 1, 2, 3], "the settings are others");
        (await Recounted()).ShouldBeEmpty();

        History.Clock.Now = Noon.AddDays(30).AddMinutes(30);
        (await Recounted()).ShouldBe([0], "some of its windows closed");
        (await Recounted()).ShouldBe([0], "and others are open");
        History.Clock.Now = Noon.AddDays(30).AddHours(2);
        (await Recounted()).ShouldBe([0, 1, 2], "they closed");
        await History.KeepDays(29);
        await History.Get<Retention>().Run(Cancelled);
        (await Recounted()).ShouldBeEmpty(); // nothing is left
        (await History.Summary()).Counts.Predictions.ShouldBe(0);

        async Task<IReadOnlyList<long>> Recounted()
        {
            var deployment = History.Get<LiveDeployments>().Find(WorkspaceId.Default, OutcomeLog.Deployment).Value;
            var window = OutcomeWindow.Of(deployment.Settings.Outcome);
            var plan = await History.Get<CountedHours>().Of(deployment, window, 0, long.MaxValue / 2000, History.Clock.Now.ToUnixTimeMilliseconds(), Cancelled);
            var database = History.Get<LogDatabase>();
            var anew = await new OutcomeSummary(database, History.Get<LogKeys>(), History.Outcomes, new(database), History.Clock).Of(deployment, 0, long.MaxValue / 2, Cancelled);
            var found = await History.Summary();
            found.Counts.ShouldBe(anew.Counts);
            found.Variants.Select(variant => (variant.Variant, variant.Shadow, variant.Counts)).ShouldBe(anew.Variants.Select(variant => (variant.Variant, variant.Shadow, variant.Counts)));
            (found.Performance?.TruePositives, found.Performance?.Rows, found.Performance?.Positives).ShouldBe((anew.Performance?.TruePositives, anew.Performance?.Rows, anew.Performance?.Positives));
            foreach (var (name, estimate) in anew.Performance?.Metrics ?? new Dictionary<string, EstimateWire>(StringComparer.Ordinal)) found.Performance!.Metrics[name].Value.ShouldBe(estimate.Value, 1e-12);
            return [.. plan.ToCount.Select(hour => hour - (Noon.ToUnixTimeMilliseconds() / Block.Hour))];
        }
    }

    [Fact]
    public async Task Without_a_window_nothing_closes_and_what_is_known_is_judged()
    {
        History.Deploy(OutcomeLog.Deployment, new());
        var known = await History.Log(Noon);
        await History.Log(Noon.AddYears(-5));
        await History.Tell(known, "Yes");

        var summary = await History.Summary();

        summary.Counts.ShouldBe(new OutcomeCountsWire(2, 1, 0, 1, 0, 0, 0, 0.5, 1));
        summary.Performance!.Rows.ShouldBe(1);
        summary.Performance.Metrics.ContainsKey("roc_auc").ShouldBeFalse();
    }
}

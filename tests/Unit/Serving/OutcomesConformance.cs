using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Log;
using Cairn.Serving.Segments;
using Cairn.Serving.Truth;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Unit.Tests.Serving;

/// <summary>What is promised of outcomes, on every database.</summary>
public abstract class OutcomesConformance(bool onPostgres) : OutcomesOn(onPostgres)
{
    [Fact]
    public async Task An_outcome_by_id_is_what_holds_of_its_prediction()
    {
        var prediction = await History.Log(Noon);

        var receipt = await History.Tell(prediction, "Yes", Noon.AddHours(1));

        receipt.ShouldBe(new Receipt(OutcomeStatus.Accepted, prediction));
        (await History.TruthOf(prediction)).ShouldBe(
            new TruthWire("known", true, "Yes", Time.ToMicros(Noon.AddHours(1)), false, false, Time.ToMicros(Noon.AddDays(3))));
    }

    [Fact]
    public async Task An_outcome_of_an_entity_is_of_the_last_prediction_before_it()
    {
        var before = await History.Log(Noon.AddHours(-5), "ada");
        var last = await History.Log(Noon, "ada");
        await History.Log(Noon.AddHours(1), "bob");
        await History.Log([new(last, "ada")], RecordFlags.Shadow, version: 2, variant: "shade"); // as it lies beside the answer
        await History.Log(Noon.AddHours(2), "ada", flags: RecordFlags.Shadow);
        await History.Log(Noon.AddHours(6), "ada");

        var receipt = await History.Tell(OutcomeLog.Of("ada", "No", Noon.AddHours(5)));

        receipt.ShouldBe(new Receipt(OutcomeStatus.Accepted, last));
        (await History.ValueOf(last)).ShouldBe("No");
        (await History.TruthOf(before)).State.ShouldBe("assumed_negative");
    }

    [Theory]
    [InlineData(0, true, "made at that moment")]
    [InlineData(1, false, "made after it")]
    [InlineData(-3 * 24 * 60 * 60 * 1000, true, "made just within the window")]
    [InlineData((-3 * 24 * 60 * 60 * 1000) - 1, false, "made too long before")]
    public async Task Which_predictions_an_outcome_can_be_of(long madeMs, bool matches, string why)
    {
        var prediction = await History.Log(Noon.AddMilliseconds(madeMs), "ada");

        var receipt = await History.Tell(OutcomeLog.Of("ada", "Yes", Noon));

        receipt.ShouldBe(matches ? new Receipt(OutcomeStatus.Accepted, prediction) : new Receipt(OutcomeStatus.Unmatched), why);
    }

    [Fact]
    public async Task The_times_in_the_ids_decide_not_the_order_in_theTold()
    {
        var last = await History.Log(Noon, "ada");
        await History.Log(Noon.AddHours(-1), "ada"); // a clock that was set back

        (await History.Tell(OutcomeLog.Of("ada", "Yes", Noon.AddHours(1)))).PredictionId.ShouldBe(last);
    }

    [Fact]
    public async Task What_is_told_again_changes_nothing_and_is_said_to_be_repeated()
    {
        var prediction = await History.Log(Noon, "ada");
        NewOutcomeWire[] told =
        [
            OutcomeLog.About(prediction, "Yes"), OutcomeLog.Of("ada", "Yes", Noon.AddHours(1)), OutcomeLog.Of("eve", "No", Noon), OutcomeLog.About(prediction, "No", Noon.AddHours(2), correction: true),
        ];

        var first = await History.Tell(told);
        var (rows, truth) = (await History.Rows(), await History.TruthOf(prediction));
        History.Clock.Now += TimeSpan.FromHours(3);
        var second = await History.Tell(told);

        first.Select(receipt => receipt.Status).ShouldBe([OutcomeStatus.Accepted, OutcomeStatus.Repeated, OutcomeStatus.Unmatched, OutcomeStatus.Corrected]);
        second.Select(receipt => receipt.Status).ShouldBe([OutcomeStatus.Repeated, OutcomeStatus.Repeated, OutcomeStatus.Repeated, OutcomeStatus.Repeated]);
        (await History.Rows()).ShouldBe(rows);
        (await History.TruthOf(prediction)).ShouldBe(truth);
    }

    [Fact]
    public async Task Twice_in_one_request_is_once()
    {
        var prediction = await History.Log(Noon);

        var receipts = await History.Tell([OutcomeLog.About(prediction, "Yes"), OutcomeLog.About(prediction, "Yes")]);

        receipts.Select(receipt => receipt.Status).ShouldBe([OutcomeStatus.Accepted, OutcomeStatus.Repeated]);
        (await History.Rows()).ShouldBe(1);
    }

    [Fact]
    public async Task Another_key_is_another_word_and_the_same_key_the_same()
    {
        var prediction = await History.Log(Noon);
        await History.Tell(prediction, "Yes", key: "a");
        await History.Tell(prediction, "No", correction: true, key: "b");
        (await History.Tell(prediction, "Yes", correction: true, key: "c")).Status.ShouldBe(OutcomeStatus.Corrected);

        (await History.Tell(prediction, "No", correction: true, key: "b")).Status.ShouldBe(OutcomeStatus.Repeated);
        (await History.ValueOf(prediction)).ShouldBe("Yes");
        (await History.Tell(prediction, "No", correction: true, key: "d")).Status.ShouldBe(OutcomeStatus.Corrected);
        (await History.ValueOf(prediction)).ShouldBe("No");
    }

    [Fact]
    public async Task A_later_observation_takes_the_place_and_an_older_one_is_outdated()
    {
        var prediction = await History.Log(Noon);

        (await History.Tell(prediction, "No", Noon.AddHours(2))).Status.ShouldBe(OutcomeStatus.Accepted);
        (await History.Tell(prediction, "Yes", Noon.AddHours(3))).Status.ShouldBe(OutcomeStatus.Corrected);
        (await History.Tell(prediction, "No", Noon.AddHours(1))).Status.ShouldBe(OutcomeStatus.Outdated);
        (await History.ValueOf(prediction)).ShouldBe("Yes");
        (await History.Rows()).ShouldBe(3);
    }

    [Fact]
    public async Task Two_that_contradict_are_kept_the_first_holds_and_a_correction_settles_it()
    {
        var prediction = await History.Log(Noon);
        await History.Tell(prediction, "Yes");

        (await History.Tell(prediction, "No")).Status.ShouldBe(OutcomeStatus.Contradicting);
        var contradicted = await History.TruthOf(prediction);
        (await History.Summary()).Counts.Contradicted.ShouldBe(1);

        (await History.Tell(prediction, "No", correction: true)).Status.ShouldBe(OutcomeStatus.Corrected);
        var settled = await History.TruthOf(prediction);
        (contradicted.Value, contradicted.Contradicted, settled.Value, settled.Contradicted).ShouldBe(("Yes", true, "No", false));
        (await History.Summary()).Counts.Contradicted.ShouldBe(0);
        (await History.Outcomes.About(WorkspaceId.Default, OutcomeLog.Deployment, prediction, Cancelled)).Outcomes.Select(told => (told.Value, told.State))
            .ShouldBe([("No", "in_force"), ("No", "agrees"), ("Yes", "replaced")]);
    }

    [Fact]
    public async Task What_became_true_after_the_window_is_kept_counts_and_is_late()
    {
        var prediction = await History.Log(Noon);

        var receipt = await History.Tell(prediction, "Yes", Noon.AddDays(3).AddSeconds(1));

        receipt.ShouldBe(new Receipt(OutcomeStatus.Accepted, prediction, Late: true));
        (await History.TruthOf(prediction)).ShouldBe(new TruthWire("known", true, "Yes", Time.ToMicros(Noon.AddDays(3).AddSeconds(1)), true, false, Time.ToMicros(Noon.AddDays(3))));
        (await History.Summary()).Counts.Late.ShouldBe(1);
    }

    [Fact]
    public async Task What_arrives_after_the_window_takes_the_place_of_what_was_assumed()
    {
        var prediction = await History.Log(Noon);
        (await History.TruthOf(prediction)).ShouldBe(new TruthWire("assumed_negative", false, null, null, false, false, Time.ToMicros(Noon.AddDays(3))));

        (await History.Tell(prediction, "Yes", Noon.AddDays(1))).ShouldBe(new Receipt(OutcomeStatus.Accepted, prediction, Late: false));
        (await History.TruthOf(prediction)).Positive.ShouldBe(true);
        (await History.Rows()).ShouldBe(1); // what is assumed is not stored
    }

    [Theory]
    [InlineData("Maybe", "outcome.value-unknown")]
    [InlineData("", "outcome.value-missing")]
    public async Task A_value_that_is_no_class_is_refused_with_those_there_are(string value, string code)
    {
        var prediction = await History.Log(Noon, "ada");

        var receipts = await History.Tell([OutcomeLog.About(prediction, value), OutcomeLog.Of("ada", value, Noon.AddHours(1)), OutcomeLog.Of("nobody", value, Noon)]);

        receipts.ShouldAllBe(receipt => receipt.Status == OutcomeStatus.Refused && receipt.Problem!.Code == code);
        (await History.Rows()).ShouldBe(0);
    }

    [Fact]
    public async Task One_row_that_is_refused_keeps_no_other_from_being_stored()
    {
        var prediction = await History.Log(Noon);

        var receipts = await History.Tell([new() { Value = "Yes" }, OutcomeLog.About(prediction, "yes"), OutcomeLog.About(History.IdAt(Noon), "Yes"), OutcomeLog.Of("ada", "Yes", Noon, "nowhere")]);

        receipts.Select(receipt => receipt.Problem?.Code).ShouldBe(["outcome.subject", null, "prediction.unknown", "deployment.unknown"]);
        (await History.ValueOf(prediction)).ShouldBe("Yes"); // as the data writes it
    }

    [Fact]
    public async Task A_prediction_of_another_deployment_or_workspace_is_not_touched()
    {
        History.Deploy("other", new());
        History.Deploy(OutcomeLog.Deployment, new(), new("elsewhere"));
        var prediction = await History.Log(Noon, "ada");
        var stranger = OutcomeLog.Ann with { Workspace = new("elsewhere") };

        (await History.Tell(OutcomeLog.About(prediction, "Yes") with { Deployment = "other" })).Problem!.Code.ShouldBe("outcome.deployment-differs");
        (await History.Tell(OutcomeLog.About(prediction, "Yes"), caller: stranger)).Problem!.Code.ShouldBe("prediction.unknown");
        (await History.Tell(OutcomeLog.Of("ada", "Yes", Noon), caller: stranger)).Status.ShouldBe(OutcomeStatus.Unmatched);
        (await History.Tell(OutcomeLog.Of("ada", "Yes", Noon, "other"))).Status.ShouldBe(OutcomeStatus.Unmatched);
        (await History.TruthOf(prediction)).Value.ShouldBeNull();
        (await History.Summary()).Unmatched.ShouldBe(0);
    }

    [Fact]
    public void The_order_of_arrival_does_not_change_what_holds() => Prop.ForAll(
        Gen.ArrayOf(from entity in Gen.Choose(0, 3) from hour in Gen.Choose(0, 30) from correction in Gen.Choose(0, 9) select (entity, hour, correction == 0)).ToArbitrary(), Gen.Choose(0, 1000).ToArbitrary(),
        (told, seed) =>
        {
            var run = Guid.NewGuid().ToString("N")[..8];
            // Of each entity what is seen at an hour is always the same, and there is one correction at most.
            var consistent = told.DistinctBy(one => (one.entity, one.Item3 ? -1 : one.hour)).Select(one => OutcomeLog.Of($"{run}{{0}}{one.entity}", (one.entity + one.hour) % 3 == 0 ? "Yes" : "No", Noon.AddHours(one.hour)) with { Correction = one.Item3 }).ToArray();
            var shuffled = (NewOutcomeWire[])consistent.Clone();
            new Random(seed).Shuffle(shuffled);
            return Holding(consistent, run, "x").SequenceEqual(Holding(shuffled, run, "y"));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10).WithEndSize(20));

    [Fact]
    public async Task Scanning_tells_of_every_prediction_once_in_order_and_within_the_time()
    {
        var made = Enumerable.Range(0, 2500).Select(i => new Logged(History.IdAt(Noon.AddMilliseconds(i)), $"e{i}")).ToList();
        await History.Log(made);
        await History.Tell([.. made.SelectMany((one, i) => i % 2 == 0 ? [OutcomeLog.About(one.Id, "Yes")] : (NewOutcomeWire[])[OutcomeLog.Of(one.Entity, "No", Noon.AddMinutes(1)), OutcomeLog.Of(one.Entity, "Yes", Noon.AddMinutes(2))])]);

        var from = Noon.AddMilliseconds(500).ToUnixTimeMilliseconds();
        var all = await History.Outcomes.Of(WorkspaceId.Default, OutcomeLog.Deployment, from, from + 1000, Cancelled);
        var ids = new List<Guid>();
        await foreach (var piece in History.Outcomes.Scan(WorkspaceId.Default, OutcomeLog.Deployment, 0, long.MaxValue, Cancelled)) ids.AddRange(piece.Select(outcome => outcome.PredictionId));

        all.Keys.ShouldBe(made[500..1500].Select(one => one.Id), ignoreOrder: true);
        all.Values.ShouldAllBe(outcome => outcome.Positive && outcome.Value == "Yes");
        ids.ShouldBe(made.Select(one => one.Id));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(120)]
    public async Task What_was_rolled_into_segments_is_found_like_what_was_not(int entities)
    {
        var old = Enumerable.Range(0, entities).Select(i => new Logged(History.IdAt(Noon.AddSeconds(i)), $"é{i}", i / (double)entities)).ToList();
        await History.Log(old);
        await History.Log([.. old.Select(one => one with { Probability = 0.1 })], RecordFlags.Shadow, version: 2, variant: "shade");
        (await History.Get<Sealer>().Run(Cancelled)).ShouldBe(1);
        await History.Log([new(History.IdAt(Noon.AddHours(2)), "é0")]);
        var named = History.IdAt(Noon.AddSeconds(1));

        var byEntity = await History.Tell([.. old.Select(one => OutcomeLog.Of(one.Entity, "Yes", Noon.AddHours(1)))]);
        var byId = await History.Tell([.. old.Select(one => OutcomeLog.About(one.Id, "Yes", Noon.AddHours(1)))]);
        var waits = await History.Tell([OutcomeLog.About(named, "No") with { Deployment = OutcomeLog.Deployment }, OutcomeLog.Of("é0", "No", Noon.AddHours(3)), OutcomeLog.Of("nobody", "No", Noon.AddHours(3))]);
        await History.Log([new(named, "nobody")]);
        (await History.Get<Sealer>().Run(Cancelled)).ShouldBe(2);

        byEntity.Select(receipt => (receipt.Status, receipt.PredictionId)).ShouldBe(old.Select(one => (OutcomeStatus.Accepted, (Guid?)one.Id)));
        byId.ShouldAllBe(receipt => receipt.Status == OutcomeStatus.Repeated);
        waits.Select(receipt => receipt.Status).ShouldBe([OutcomeStatus.Unmatched, OutcomeStatus.Accepted, OutcomeStatus.Unmatched]);
        (await History.Get<OutcomeRematch>().Run(Cancelled)).ShouldBe(2);
        var summary = await History.Summary();
        (summary.Counts.Predictions, summary.Counts.WithOutcome, summary.Unmatched).ShouldBe((entities + 2, entities + 2, 0));
        summary.Variants.Select(variant => (variant.Variant, variant.Shadow, variant.Counts.WithOutcome)).ShouldBe([("champion", false, entities + 2L), ("shade", true, entities)]);
    }

    [Fact]
    public async Task What_became_of_predictions_that_are_no_longer_kept_is_forgotten_with_them()
    {
        await History.KeepDays(4);
        var (kept, over) = (await History.Log(Noon.AddDays(2), "ada"), await History.Log(Noon, "bob"));
        await History.Tell([OutcomeLog.About(kept, "Yes"), OutcomeLog.About(over, "Yes"), OutcomeLog.Of("eve", "No", Noon.AddDays(2)), OutcomeLog.Of("eve", "No", Noon)]);
        await History.Get<Sealer>().Run(Cancelled);

        await History.Get<Retention>().Run(Cancelled);

        (await History.ValueOf(kept)).ShouldBe("Yes");
        (await History.ValueOf(over)).ShouldBeNull();
        (await History.Rows()).ShouldBe(2);
    }

    [Fact]
    public async Task Many_of_one_prediction_are_told_of_together()
    {
        var prediction = await History.Log(Noon);
        var receipts = await History.Tell([.. Enumerable.Range(0, 1200).Select(i => OutcomeLog.About(prediction, i % 2 == 0 ? "Yes" : "No", Noon.AddSeconds(i)))]);

        receipts[1..].ShouldAllBe(receipt => receipt.Status == OutcomeStatus.Corrected);
        (await History.ValueOf(prediction)).ShouldBe("No");
    }

    [Fact]
    public async Task Those_who_tell_at_once_leave_each_word_once()
    {
        var predictions = new List<Guid>();
        for (var i = 0; i < 20; i++) predictions.Add(await History.Log(Noon.AddMinutes(i)));

        var receipts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => History.Tell([.. predictions.Select(id => OutcomeLog.About(id, "Yes"))]), Cancelled)));

        receipts.SelectMany(all => all).Count(receipt => receipt.Status == OutcomeStatus.Accepted).ShouldBe(20);
        (await History.Rows()).ShouldBe(20);
    }

    /// <summary>What holds of four entities after that was told, one by one.</summary>
    private string[] Holding(NewOutcomeWire[] told, string run, string side) => Task.Run(async () =>
    {
        var predictions = new List<Guid>();
        for (var entity = 0; entity < 4; entity++) predictions.Add(await History.Log(Noon, $"{run}{side}{entity}"));
        foreach (var one in told) (await History.Tell(one with { Entity = one.Entity!.Replace("{0}", side, StringComparison.Ordinal) })).Problem.ShouldBeNull();
        var holding = new List<string>();
        foreach (var prediction in predictions)
        {
            var truth = await History.TruthOf(prediction);
            holding.Add($"{truth.State} {truth.Value} {truth.ObservedAt}");
        }

        return holding.ToArray();
    }).GetAwaiter().GetResult();
}

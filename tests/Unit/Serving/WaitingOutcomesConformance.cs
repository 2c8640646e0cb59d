using Cairn.Client.Wire;
using Cairn.Serving.Log;
using Cairn.Serving.Truth;

namespace Cairn.Unit.Tests.Serving;

/// <summary>What is promised of outcomes that come before their predictions, on every database.</summary>
public abstract class WaitingOutcomesConformance(bool onPostgres) : OutcomesOn(onPostgres)
{
    [Fact]
    public async Task Outcomes_that_come_before_their_predictions_are_matched_later()
    {
        var named = History.IdAt(Noon);
        var told = await History.Tell(
        [
            OutcomeLog.Of("ada", "Yes", Noon.AddHours(1)), OutcomeLog.Of("bob", "No", Noon.AddHours(1)), OutcomeLog.About(named, "Yes") with { Deployment = OutcomeLog.Deployment },
            OutcomeLog.Of("ada", "No", Noon.AddHours(2)),
        ]);
        told.ShouldAllBe(receipt => receipt == new Receipt(OutcomeStatus.Unmatched));
        (await History.Summary()).Unmatched.ShouldBe(4);
        var rematch = History.Get<OutcomeRematch>();
        (await rematch.Run(Cancelled)).ShouldBe(0);

        var ada = await History.Log(Noon, "ada", flags: RecordFlags.Batch);
        await History.Log([new(named, "")]);

        (await rematch.Run(Cancelled)).ShouldBe(3);
        (await rematch.Run(Cancelled)).ShouldBe(0);
        (await History.ValueOf(ada)).ShouldBe("No");
        (await History.ValueOf(named)).ShouldBe("Yes");
        (await History.Summary()).Unmatched.ShouldBe(1);
    }

    [Fact]
    public async Task An_outcome_that_was_looked_for_before_its_prediction_wasToldged_and_stored_after_is_matched_later()
    {
        var rematch = History.Get<OutcomeRematch>();
        await History.Tell(OutcomeLog.Of("eve", "Yes", Noon.AddHours(1))); // somebody waits, so the log is watched
        await History.Log(Noon.AddMinutes(-1), "bob");
        await rematch.Run(Cancelled);
        var ada = await History.Log(Noon, "ada");
        await rematch.Run(Cancelled);

        await History.Wait("ada", "Yes", Noon.AddHours(1));

        (await rematch.Run(Cancelled)).ShouldBe(1);
        (await History.ValueOf(ada)).ShouldBe("Yes");
    }

    [Fact]
    public async Task Outcomes_that_wait_are_matched_when_the_window_becomes_longer()
    {
        var rematch = History.Get<OutcomeRematch>();
        var ada = await History.Log(Noon, "ada");
        (await History.Tell(OutcomeLog.Of("ada", "Yes", Noon.AddDays(5)))).Status.ShouldBe(OutcomeStatus.Unmatched);
        (await rematch.Run(Cancelled)).ShouldBe(0);
        (await rematch.Run(Cancelled)).ShouldBe(0);

        History.Deploy(OutcomeLog.Deployment, new() { WithinDays = 30 });

        (await rematch.Run(Cancelled)).ShouldBe(1);
        (await History.ValueOf(ada)).ShouldBe("Yes");
    }

    [Fact]
    public async Task What_was_told_while_it_waited_counts_by_when_it_was_told()
    {
        var named = History.IdAt(Noon);
        await History.Tell(OutcomeLog.About(named, "Yes") with { Deployment = OutcomeLog.Deployment });
        await History.Log([new(named, "")]);
        await History.Tell(named, "No"); // before the first one was matched

        await History.Get<OutcomeRematch>().Run(Cancelled);

        var truth = await History.TruthOf(named);
        (truth.Value, truth.Contradicted).ShouldBe(("Yes", true));
        (await History.Summary()).Counts.Contradicted.ShouldBe(1);
    }
}

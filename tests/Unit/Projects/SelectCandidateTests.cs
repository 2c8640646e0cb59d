using Cairn.Projects.Lifecycle;

namespace Cairn.Unit.Tests.Projects;

public sealed class SelectCandidateTests
{
    [Fact]
    public void More_is_better_for_an_area_and_less_for_an_error()
    {
        TrainResult[] trained = [Trained("a", 0.8, 0.5), Trained("b", 0.9, 0.6)];
        SelectCandidate.Best(trained, "roc_auc").Algorithm.ShouldBe("b");
        SelectCandidate.Best(trained, "log_loss").Algorithm.ShouldBe("a");
    }

    [Fact]
    public void A_tie_goes_to_the_smaller_log_loss_and_a_metric_that_is_no_number_loses()
    {
        SelectCandidate.Best([Trained("a", 0.8, 0.5), Trained("b", 0.8, 0.4)], "roc_auc").Algorithm.ShouldBe("b");
        SelectCandidate.Best([Trained("a", double.NaN, 0.1), Trained("b", 0.1, 0.9)], "roc_auc").Algorithm.ShouldBe("b");
        SelectCandidate.Best([Trained("a", double.NaN, 0.1), Trained("b", 0.1, 0.9)], "brier").Algorithm.ShouldBe("b");
    }

    private static TrainResult Trained(string algorithm, double metric, double logLoss) => new(algorithm, "run", "1", "blob", metric, metric, 0, logLoss, 1);
}

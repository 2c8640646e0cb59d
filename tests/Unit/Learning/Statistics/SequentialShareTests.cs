using Cairn.Learning;
using Cairn.Learning.Statistics;

namespace Cairn.Unit.Tests.Learning.Statistics;

public class SequentialShareTests
{
    /// <summary>By numerical integration of the definition: scipy 1.10.1, integrate.quad over t with p = sin(t)^2, where the prior is flat.</summary>
    [Theory]
    [InlineData(2, 2, 0.01, 8.295400280485103)]
    [InlineData(3, 20, 0.01, 3.85378615457428)]
    [InlineData(5, 100, 0.01, 1.6556542522278015)]
    [InlineData(1, 100, 0.01, -3.063187775213502)]
    [InlineData(10, 1000, 0.01, -4.270180363963448)]
    [InlineData(40, 1000, 0.02, 4.34518266461132)]
    [InlineData(0, 50, 0.05, -3.5758048800117814)]
    [InlineData(30, 400, 0.05, -0.7864752832678472)]
    [InlineData(300, 20000, 0.01, 16.780696158046)]
    public void The_evidence_is_the_integral_it_is_defined_as(int count, int n, double allowed, double expected) =>
        SequentialShare.LogEvidenceAbove(count, n, allowed).ShouldBe(expected, 1e-9);

    [Fact]
    public void Without_rows_there_is_no_evidence_and_with_very_many_none_is_lost()
    {
        SequentialShare.LogEvidenceAbove(0, 0, 0.01).ShouldBe(0, 1e-12);
        SequentialShare.LogEvidenceAbove(0, 1e9, 0.5).ShouldBe(double.NegativeInfinity);
        SequentialShare.LogEvidenceAbove(5e6, 1e9, 0.01).ShouldBeLessThan(-1000);
        SequentialShare.LogEvidenceAbove(2e7, 1e9, 0.01).ShouldBeGreaterThan(1000);
        Should.Throw<ArgumentOutOfRangeException>(() => SequentialShare.LogEvidenceAbove(1, 2, 0));
    }

    /// <summary>The promise: 2,000 healthy streams exactly at the limit, looked at after every row, of which at most 5 percent may ever alarm.</summary>
    [Fact]
    public void Who_looks_after_every_row_is_hardly_ever_alarmed_for_nothing()
    {
        const int Streams = 2000, Rows = 2000;
        var draw = new Random(11);
        var alarmed = Enumerable.Range(0, Streams).Count(_ => FirstAlarm(draw, 0.02, 0.02, 0.05, Rows) is not null);

        alarmed.ShouldBeLessThan(130); // 100 expected at most, and three deviations
        Enumerable.Range(0, 300).Count(_ => FirstAlarm(draw, 0.01, 0.02, 0.05, Rows) is not null).ShouldBeLessThan(10);
    }

    [Fact]
    public void A_share_that_is_too_great_is_soon_found()
    {
        var draw = new Random(12);
        FirstAlarm(draw, 1, 0.01, 0.01, 10).ShouldBe(2);
        var found = Enumerable.Range(0, 200).Select(_ => FirstAlarm(draw, 0.05, 0.01, 0.01, 5000)).ToList();

        found.ShouldAllBe(rows => rows != null);
        found.Average(rows => rows!.Value).ShouldBeLessThan(300);
    }

    private static int? FirstAlarm(Random draw, double share, double allowed, double falseAlarm, int rows)
    {
        var count = 0;
        for (var n = 1; n <= rows; n++)
        {
            if (draw.NextDouble() < share) count++;
            if (Shares.ClearlyAbove(count, n, allowed, falseAlarm)) return n;
        }

        return null;
    }
}

using Cairn.Server.Hosting;
using Cairn.Unit.Tests.Access;

namespace Cairn.Unit.Tests.Server;

public class LineBudgetTests
{
    [Fact]
    public void A_flood_of_one_status_is_cut_to_a_few_lines_and_the_next_second_tells_how_many_were_left_out()
    {
        var clock = new ManualClock();
        var budget = new LineBudget(clock);

        Enumerable.Range(0, 1000).Count(_ => budget.Take(503, out var none) && none == 0).ShouldBe(LineBudget.LinesPerSecond);
        budget.Take(500, out _).ShouldBeTrue();
        clock.Advance(TimeSpan.FromSeconds(1));

        budget.Take(503, out var leftOut).ShouldBeTrue();
        leftOut.ShouldBe(1000 - LineBudget.LinesPerSecond);
        budget.Take(503, out leftOut).ShouldBeTrue();
        leftOut.ShouldBe(0);
    }
}

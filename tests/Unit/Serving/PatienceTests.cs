using Cairn.Kernel;
using Cairn.Serving.Online;
using Cairn.Unit.Tests.Access;

namespace Cairn.Unit.Tests.Serving;

public class PatienceTests
{
    [Fact]
    public void It_ends_with_the_time_given()
    {
        var clock = new ManualClock();
        var patience = new Patience(clock, TimeSpan.FromSeconds(2), default);

        clock.Advance(TimeSpan.FromSeconds(2));
        patience.Check().ShouldBeNull();
        clock.Advance(TimeSpan.FromTicks(1));

        patience.Check().ShouldBeOfType<Refusal.TimedOut>().Detail.ShouldContain("2 s");
    }

    [Fact]
    public void It_ends_when_the_caller_hangs_up() =>
        Should.Throw<OperationCanceledException>(() => new Patience(new ManualClock(), TimeSpan.FromSeconds(2), new CancellationToken(canceled: true)).Check());

    [Fact]
    public void The_default_has_no_end() => default(Patience).Check().ShouldBeNull();
}

using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Variants;
using Cairn.Unit.Tests.Learning.Packages;

namespace Cairn.Unit.Tests.Serving.Live;

public class LeastRecentlyUsedTests
{
    [Fact]
    public void What_was_used_least_recently_goes_first_and_what_was_used_last_never()
    {
        var (a, b, c) = (Package(), Package(), Package());

        Order(Deployment(20, a), Deployment(30, b), Deployment(10, c)).ShouldBe([c, a]);
    }

    [Fact]
    public void A_package_is_as_recent_as_the_last_deployment_that_uses_it()
    {
        var (shared, own, last) = (Package(), Package(), Package());

        Order(Deployment(1, shared), Deployment(2, own), Deployment(3, shared), Deployment(4, last)).ShouldBe([own, shared]);
    }

    [Fact]
    public void Whoever_loses_one_of_its_packages_is_named_with_it()
    {
        var shared = Package();
        var (one, two) = (Deployment(1, shared), Deployment(2, shared));

        LeastRecentlyUsed.Of([one, two, Deployment(3, Package())]).Single().Deployments.ShouldBe([one, two]);
    }

    [Fact]
    public void A_single_deployment_keeps_all_it_has()
    {
        Order(Deployment(1, Package(), Package())).ShouldBeEmpty();
        Order().ShouldBeEmpty();
    }

    [Fact]
    public void What_serves_in_the_place_of_another_version_stays()
    {
        var (kept, other) = (Package(), Package());
        var failed = Deployment(1, kept);
        failed.Become(failed.Champion.Keep(null, "Version 2 is champion but cannot be served."), []);

        Order(failed, Deployment(2, other), Deployment(3, Package())).ShouldBe([other]);
    }

    [Fact]
    public void What_sleeps_has_nothing_to_give_and_is_known_to_serve()
    {
        var asleep = Deployment(1, Package());
        asleep.Sleep();

        Order(asleep, Deployment(2, Package())).ShouldBeEmpty();
        (asleep.Serves, asleep.Serving, asleep.Routing, asleep.ToWire().Version).ShouldBe((true, null, null, 1L));
    }

    private static IEnumerable<LoadedPackage> Order(params LiveDeployment[] deployments) => LeastRecentlyUsed.Of(deployments).Select(users => users.Package);

    private static LoadedPackage Package() => new(TelcoPackage.Of("logistic_regression").Load());

    private static LiveDeployment Deployment(long used, LoadedPackage champion, LoadedPackage? shadow = null)
    {
        var deployment = new LiveDeployment(new(WorkspaceId.Default, $"d{used}", "churn", IsDefault: false, 0)) { LastUsed = used };
        deployment.Become(Place(LiveVariant.Champion, champion, null), shadow is null ? [] : [Place("shadow", shadow, new(WorkspaceId.Default, "d", "shadow", 2, null, Shadow: true, "[]", 0, 0))]);
        return deployment;
    }

    private static LiveVariant Place(string name, LoadedPackage package, VariantRow? row) =>
        new(name, row, new(new(LogSourceRow.Of(WorkspaceId.Default, "churn", name, "churn", 1, package.Predictor), package.Predictor), package), null, 0, Failed: false);
}

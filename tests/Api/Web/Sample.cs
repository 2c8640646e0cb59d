using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

/// <summary>Three projects: one that serves, one without signal, one that a gate refused.</summary>
internal static class Sample
{
    private static long Ago(double minutes) => DateTimeOffset.UtcNow.AddMinutes(-minutes).ToUnixTimeMilliseconds() * 1000;

    public static FakeApi Api() => RunSample.AddTo(new FakeApi())
        .With("projects", new Page<ProjectWire>(
        [
            Project("churn", "promoted", 0.8501, 0.7263, "best single feature (Contract)", 3, [new("roc_auc >= 0.83", true, "0.850"), new("not_worse_than champion", true, "p = 0.41")], 7043, 1),
            Project("crm", "no_signal", 0.5081, 0.5, "prior", null, [], 8800, 2),
            Project("bank", "refused", 0.812, 0.7011, "best single feature (Age)", 2, [new("roc_auc >= 0.83", false, "0.812 is below 0.83")], 10000, 3),
            new ProjectWire("stocks", "5e", Ago(1), null, null, null, null, Flow("running", Ago(1)), null),
        ]))
        .With("runs", new Page<RunWire>(
        [
            Run("lucid-heron-318", "running", "9", Ago(2), null, []),
            Run("sedate-auk-312", "finished", "1", Ago(70), Ago(68), [("roc_auc", 0.8501), ("log_loss", 0.412)]),
            Run("mellow-wren-44", "finished", "2", Ago(150), Ago(149.2), [("roc_auc", 0.5081)]),
            Run("jolly-kite-305", "failed", "3", Ago(3000), Ago(2999.99), []),
            Run("odd-newt-1", "finished", "3", Ago(4000), Ago(3990), [("roc_auc", double.NaN)]),
        ]))
        .With("models", new Page<ModelWire>(
        [
            new("churn", "", Ago(9000), Ago(68), Tags(), new Dictionary<string, long>(StringComparer.Ordinal) { ["champion"] = 3 }, 3, 3),
            new("bank", "", Ago(9000), Ago(300), Tags(), new Dictionary<string, long>(StringComparer.Ordinal), null, 1),
        ]))
        .With("deployments", new Page<DeploymentWire>([new("churn", "churn", true, 3, new string('a', 64), Ago(68), null)]))
        .With("deployments/churn", new DeploymentWire("churn", "churn", true, 3, new string('a', 64), Ago(68), null, [new("tenure", "integer", true, null, 0, 72), new("Contract", "category", true, ["Month-to-month", "Two year"])], new(), Output: new("Yes", "No", 0.3)))
        .With("datasets", new Page<DatasetWire>([new("churn", 3, new string('d', 64), 7043, 3, Ago(70))]))
        .With("about", new About("0.1.0", "/home/ada/.cairn", "sqlite", Ago(200), "default", "local-admin", "http://127.0.0.1:8080"));

    public static ProjectWire Refused(string detail) => Project("bank", "refused", 0.812, 0.7011, "best single feature (Age)", 2, [new("not_worse_than champion", false, detail)], 10000, 3);

    private static ProjectWire Project(string name, string verdict, double rocAuc, double baseline, string baselineName, long? version, IReadOnlyList<GateCheckWire> gates, long rows, int experiment) => new(
        name, new string('5', 64), Ago(68), name, version is null ? null : name, verdict == "promoted" ? version : null, name, Flow("succeeded", Ago(70)),
        new LifecycleResult(
            name, verdict, "", rows, "3", false, $"{experiment}", new string('1', 32), "xgboost", Metrics(rocAuc), Metrics(rocAuc), Metrics(baseline), baselineName,
            0.3, name, version, name, gates, []));

    private static Dictionary<string, double> Metrics(double rocAuc) => new(StringComparer.Ordinal) { ["roc_auc"] = rocAuc, ["accuracy"] = 0.8 };

    private static Dictionary<string, string> Tags() => new(StringComparer.Ordinal);

    private static FlowRunWire Flow(string state, long at) => new(new string('f', 32), "lifecycle", "projects/x", state, at, at, null, "", [], null, null);

    private static RunWire Run(string name, string status, string experiment, long started, long? ended, (string Key, double Value)[] metrics) => new(
        new string('2', 32), experiment, name, status, "active", started, ended, "local-admin", metrics.ToDictionary(metric => metric.Key, metric => metric.Value, StringComparer.Ordinal), Tags(), Tags(), [], experiment == "1" ? "churn" : experiment);
}

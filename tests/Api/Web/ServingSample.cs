using System.Text.Json;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

/// <summary>A model with three versions, a deployment with a challenger and a shadow, and one logged prediction.</summary>
internal static class ServingSample
{
    public const string Id = "019ac0e1d6c47a3f8b1e5d2c4f6a7b80";

    /// <summary>20 November 2026, noon UTC.</summary>
    public const long Noon = 1795176000_000000;

    private const long Hour = 3_600_000000;

    private static readonly GateVerdictWire Passed = new("passed", "2 of 2 gates hold.", Noon, [
        new("better_than baseline", true, "ROC AUC 0.8501 against 0.7263 of Contract alone"),
        new("not_worse_than champion", true, "difference +0.0003, at least -0.0021 at 95 %; about 3,400 more labelled rows are needed to tell a gain")]);

    public static FakeApi Api() => Sample.Api()
        .With("models/churn", Model(3, 4))
        .With("models/churn/versions", new Page<ModelVersionWire>([Version(4, Passed), Version(3, Passed, "champion"), Version(2, Passed)]))
        .With("models/churn/versions/4", Version(4, Passed))
        .With("models/churn/versions/3", Version(3, Passed, "champion"))
        .With("models/churn/versions/4/lineage", Lineage(Version(4, Passed)))
        .With("models/churn/promotions", Moves())
        .With("models/churn/rollback", new RollbackPreviewWire("churn", 3, 2))
        .With("models/churn/promote", new PromotionWire("churn", 4, 3, "promote", "ada", "", Noon))
        .With($"runs/{Hex('2')}", Run())
        .With($"runs/{Hex('2')}/artifacts/content/model/schema.json", new
        {
            Columns = new object[] { new { Name = "customerID", Type = "text" }, new { Name = "tenure", Type = "integer", Min = 0, Max = 72 }, new { Name = "Contract", Type = "category", Categories = new[] { "Month-to-month", "Two year" } }, new { Name = "Churn", Type = "category" } },
            Key = "customerID",
            Target = new { Column = "Churn", Positive = "Yes" },
        })
        .With("deployments/churn", Deployment())
        .With("deployments/churn/variants", Variants())
        .With("deployments/churn/traffic", Traffic(60, 60))
        .With("deployments/churn/traffic?minutes=5", Traffic(10, 30))
        .With("deployments/churn/canary", Canary())
        .With("deployments/churn/canaries", new Page<CanaryWire>([]))
        .With("deployments/churn/outcomes/summary", Summary())
        .With("outcomes", new Page<OutcomeWire>([new(1, "churn", Id, "C-1", "Yes", true, Noon, true, false, Noon, "in_force", false, "ada")]))
        .With("predictions", new Page<LoggedPredictionWire>([Prediction()], "next"))
        .With($"predictions/{Id}", Prediction() with
        {
            Inputs = [new("tenure", JsonSerializer.SerializeToElement(3)), new("Contract", JsonSerializer.SerializeToElement("Month-to-month")), new("comment", null, "free text is not kept")],
            Features = [new("tenure", 3), new("Contract=Month-to-month", 1), new("TotalCharges", null)],
            Truth = new("known", true, "Yes", Noon + Hour, false, false, null),
        })
        .With($"predictions/{Id}/explanation", new LoggedExplanationWire(Id, "churn", 3, Hex('a', 64), new(-1.32, "log_odds", [new("Contract", 0.71), new("tenure", 0.64), new("charges_per_month", -0.19)])))
        .With($"predictions/{Id}/outcomes", new PredictionOutcomesWire(new("known", true, "Yes", Noon, false, false, null), []))
        .With($"predictions/{Id}/replay", Replay(same: true))
        .With("models/churn/versions/3/lineage", Lineage(Version(3, Passed, "champion")));

    public static string Hex(char digit, int length = 32) => new(digit, length);

    public static ModelWire Model(long? champion, long latest) => new("churn", "Who leaves", Noon, Noon, Tags(), new Dictionary<string, long>(StringComparer.Ordinal), champion, latest);

    public static ModelVersionWire Version(long version, GateVerdictWire? verdict, params string[] aliases) => new(
        "churn", version, "None", "READY", "", Hex('2'), "runs:/2/model", Hex('a', 64), Noon, Noon, aliases, Tags(), verdict);

    public static GateVerdictWire Judged(string verdict, string summary) => new(verdict, summary, Noon, [new("roc_auc >= 0.83", verdict == "passed", "0.812 is below 0.83")]);

    /// <summary>Not worse than the champion; whether better cannot be told with so few rows.</summary>
    public static GateVerdictWire Compared() => new("passed", "2 of 2 gates hold.", Noon, [
        new("better_than baseline", true, "ROC AUC 0.850 against 0.739 for Contract alone",
            new("Contract alone", 5634, 0.85, 0.739, 0.111, 0.0056, 0.1, 0.122, 0.1018, 1e-12, 0, 0.0139, 113)),
        new("not_worse_than champion margin 0.005", true, "ROC AUC 0.8500 against 0.8455 of the champion on 1,409 rows new to both",
            new("v3", 1409, 0.85, 0.8455, 0.0045, 0.00296, -0.0013, 0.0103, -0.00037, 0.128, 0.005, 0.00736, 4786, 0.518, 3053, 0.941))]);

    public static LineageWire Lineage(ModelVersionWire version) => new(
        version, Run(), [new("customers", Hex('9', 64), "train")], new(Hex('a', 64), "MEUCIQ==", Noon, [new("MLmodel", false, 1200, Hex('b', 64)), new("model.ubj", false, 977_000, Hex('c', 64))]), []);

    public static Page<PromotionWire> Moves() => new(
    [
        new("churn", 3, 2, "promote", "ada", "better recall", Noon + Hour),
        new("churn", 2, 1, "override", "bob", "urgent", Noon - (48 * Hour)),
        new("churn", 1, null, "promote", "ada", "", Noon - (96 * Hour)),
    ]);

    public static DeploymentWire Deployment(string? problem = null) => new(
        "churn", "churn", true, 3, Hex('a', 64), Noon, problem, [new("tenure", "integer", true, null, 0, 72), new("Contract", "category", true, ["Month-to-month", "Two year"])],
        new() { Log = new() { KeepDays = 90 }, Outcome = new() { WithinDays = 30 } });

    public static VariantsWire Variants() => new("churn", "churn",
    [
        new("champion", "champion", 3, 0.9, false, Noon, null, new(900, 1000, 0, null, 0.27, new(0.21, 0.19, 0.24), new(180, 420, 2900))),
        new("bold", null, 4, 0.1, false, Noon, null, new(100, 100, 1, null, 0.31, new(0.28, 0.2, 0.37), new(190, 430, 3000)), new(3, null, new(0.07, -0.01, 0.16))),
        new("next", null, 4, 0, true, Noon, null, new(null, 1000, 0, 12, 0.29, new(0.24, 0.21, 0.27), new(9, 12, 20)), new(3, new(1000, new(0.941, 0.925, 0.954), 40, 19, 0.031), null)),
    ]);

    /// <summary>Up to noon: the champion answered three requests in each second point, the challenger one in the last, the shadow scored all.</summary>
    public static TrafficWire Traffic(int step, int points)
    {
        var end = Noon + (step * 1_000_000L / 2);
        return new("churn", Noon - (points * step * 1_000_000L), end, step,
        [
            new("champion", 3, false, [.. Enumerable.Range(0, points + 1).Select(at => Point(at, at % 2 == 0 ? 3 : 0))]),
            new("bold", 4, false, [.. Enumerable.Range(0, points + 1).Select(at => Point(at, at == points ? 1 : 0))]),
            new("next", 4, true, [.. Enumerable.Range(0, points + 1).Select(at => Point(at, at % 2 == 0 ? 3 : 0))]),
        ]);

        TrafficPointWire Point(int at, long requests) => new(
            Noon - ((points - at) * step * 1_000_000L), at == points ? step / 2.0 : step, requests, 2 * requests, 0, requests == 0 ? null : new(180, 420, 2900), requests == 0 ? null : 0.25, requests == 0 ? null : 0.27);
    }

    public static CanaryWire Canary() => new(
        "churn", 1, "canary", "churn", 4, 3, "running", null, null, 2, 0.2, Noon, "ada", Noon, null, [new(0.05), new(0.2), new(0.5), new(1)], new(), "wait",
        new(100, 1, 100, new(190, 430, 3000), 400, new(180, 420, 2900), 5400, 2, new(80, new(0.95, 0.88, 0.98), 3, 1, 0.02)), []);

    public static OutcomeSummaryWire Summary() => new(
        "churn", Noon - (720 * Hour), Noon, new() { WithinDays = 30 }, new(1000, 300, 50, 600, 50, 3, 2, 0.4, 0.26), 7,
        new(350, 90, 60, 40, 30, 220, new Dictionary<string, EstimateWire>(StringComparer.Ordinal) { ["roc_auc"] = new(0.8471, 0.801, 0.893), ["accuracy"] = new(0.8, 0.755, 0.839) }), [], Noon);

    public static LoggedPredictionWire Prediction() => new(
        Id, Noon, "churn", "champion", false, "churn", 3, Hex('a', 64), 1, "C-1", "Yes", 0.6856801, 0.5, 412, "ada");

    public static ReplayWire Replay(bool same) => new(
        Id, same, same ? "same" : "different", same ? "Feature vector, probability and class have the bits they had." : "The probability differs.", new("Yes", 0.6856801, "3fe5f11a0c3f2d10"),
        new("Yes", same ? 0.6856801 : 0.68568011, same ? "3fe5f11a0c3f2d10" : "3fe5f11a0c3f2d11"), same ? [] : [new("tenure", "3", "4", "40400000", "40800000")], Noon, "churn", "champion", "churn", 3,
        Hex('a', 64), 1, new(Hex('2'), []));

    private static RunWire Run() => new(
        Hex('2'), "1", "sedate-auk-312", "finished", "active", Noon, Noon, "ada",
        new Dictionary<string, double>(StringComparer.Ordinal) { ["roc_auc"] = 0.8501, ["baseline.roc_auc"] = 0.7263, ["threshold"] = 0.31 }, Tags(),
        new Dictionary<string, string>(StringComparer.Ordinal) { ["cairn.algorithm"] = "xgboost", ["cairn.baseline"] = "best single feature (Contract)" }, []);

    private static Dictionary<string, string> Tags() => new(StringComparer.Ordinal);
}

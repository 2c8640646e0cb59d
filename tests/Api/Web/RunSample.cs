using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

/// <summary>A run that was judged, one that was not chosen, one that goes on; the first one's files.</summary>
internal static class RunSample
{
    public const string Judged = "0198aa000000700080000000000000aa", Other = "0198aa000000700080000000000000bb", Running = "0198aa000000700080000000000000cc", Flow = "0198aa000000700080000000000000ff";

    private static readonly Dictionary<string, long> Steps = new(StringComparer.Ordinal) { ["trial.roc_auc"] = 2 };

    private const long Noon = 1_764_158_400_000_000;

    public static string[] Pages =>
    [
        $"/runs/compare?ids={Judged},{Other}", $"/runs/compare?ids={Judged},{Other}&all=true&curves=now&curve=trial.roc_auc", $"/runs/{Judged}", $"/runs/{Judged}?evaluation=now", $"/runs/{Other}", $"/runs/{Running}", $"/runs/{Judged}/values", $"/runs/{Judged}/edit", $"/runs/tag?id={Judged}&id={Other}", $"/runs/restore?id={Judged}",
        $"/runs/{Judged}/slices", $"/runs/{Judged}/curves", $"/runs/{Judged}/curves?curves=now&x=time&y=log", $"/runs/{Judged}/artifacts", $"/runs/{Judged}/artifacts?file=plots/report.html", $"/runs/{Judged}/artifacts?file=plots/rows.csv",
    ];

    public static RunWire Run(string id, string name, string status = "finished", IReadOnlyDictionary<string, double>? metrics = null, IReadOnlyDictionary<string, string>? parameters = null, IReadOnlyDictionary<string, string>? tags = null) => new(
        id, "1", name, status, "active", Noon, status == "running" ? null : Noon + 2_400_000, "ada", metrics ?? Metrics(), parameters ?? Params(), tags ?? Params(),
        [new("churn", new string('d', 64), "training")], "churn");

    public static FakeApi AddTo(FakeApi api)
    {
        var tags = Tags("logistic_regression");
        tags["cairn.winner"] = "true";
        var judged = Run(
            Judged, "sedate-auk-312", metrics: Metrics(("roc_auc", 0.8549), ("baseline.roc_auc", 0.7229), ("log_loss", 0.3967), ("baseline.log_loss", 0.4886), ("cost_per_row", 40), ("cv.roc_auc", 0.8448), ("cv.roc_auc.sd", 0.019), ("trial.roc_auc", 0.81)),
            parameters: Params(("algorithm", "logistic_regression"), ("seed", "42")), tags: tags) with { Steps = Steps };
        var other = Run(Other, "jolly-wren-7", metrics: Metrics(("cv.roc_auc", 0.8376), ("cv.roc_auc.sd", 0.0177), ("trial.roc_auc", 0.82)), parameters: Params(("algorithm", "xgboost"), ("seed", "42")), tags: Tags("xgboost")) with { Steps = Steps };
        var running = Run(Running, "lucid-heron-318", "running", Metrics(("loss", 0.7)), Params(("algorithm", "random_forest")), Tags("random_forest"));
        var flow = new FlowRunWire(
            Flow, "lifecycle", "projects/churn", "succeeded", Noon, Noon, Noon, "", [new("train:random_forest", "running", 0.4, "trial 6 of 15", Noon, null, false)],
            System.Text.Json.JsonSerializer.SerializeToElement(
                new LifecycleResult(
                    "churn", "promoted", "", 5000, "1", false, "1", Judged, "logistic_regression", Metrics(), Metrics(), Metrics(), "contract", 0.1, "churn", 3, "churn", [],
                    [new("logistic_regression", Judged, 0.8448, 0.019, 0.409, 2.4), new("xgboost", Other, 0.8376, 0.0177, 0.417, 13.3)]),
                Cairn.Client.CairnJson.Options),
            null);
        api.With($"runs/{Judged}", judged).With($"runs/{Other}", other).With($"runs/{Running}", running).With($"flow-runs/{Flow}", flow)
            .With("experiments", new Page<ExperimentWire>([new("1", "churn", "active", Noon, Noon, Params())]))
            .With("runs/compare", new RunComparisonWire(
                [judged, other], new SortedDictionary<string, IReadOnlyList<string?>>(StringComparer.Ordinal) { ["algorithm"] = ["logistic_regression", "xgboost"], ["max_depth"] = [null, "4"] },
                new SortedDictionary<string, IReadOnlyList<double?>>(StringComparer.Ordinal) { ["cv.roc_auc"] = [0.8448, 0.8376], ["cv.log_loss"] = [0.409, 0.417], ["surprise"] = [1, 2] }));
        api.With($"runs/{Judged}/slices", Slices);
        foreach (var run in (RunWire[])[judged, other, running])
            foreach (var key in run.Metrics.Keys)
                api.With($"runs/{run.RunId}/metrics/{key}", new Page<MetricPoint>(key == "trial.roc_auc" ? [new(key, 0.80, 0, Noon), new(key, double.NaN, 1, Noon + 1_000_000), new(key, run.Metrics[key], 2, Noon + 2_000_000)] : [new(key, run.Metrics[key], 0, Noon)]));
        return Files(api);
    }

    public static RunSlicesWire Slices { get; } = new(
        Judged, "roc_auc", ["roc_auc", "calibration_gap"], ["contract", "age"], 100, 25, 0.1, 1, 0, 2, 1,
        [
            new("contract = <b>monthly</b>", "contract", "value", null, null, ["plan = m"], 60, 0.6, 20, 0.31, new(0.71, 0.66, 0.76, 0.79, -0.08, -0.13, -0.03, 0.001, 0.002, "worse"), "contract = <b>monthly</b>: ROC AUC 0.710 (0.660 to 0.760), 0.080 below the rest, sure"),
            new("age up to 40", "age", "range", null, 40, [], 40, 0.4, 12, 0.28, new(0.8, 0.7, 0.9, 0.78, 0.02, -0.1, 0.14, 0.7, 0.7), "age up to 40: ROC AUC 0.800 (0.700 to 0.900), 0.020 above the rest, not sure"),
            new("age is missing", "age", "missing", null, null, [], 5, 0.05, 1, 0.2, new(Verdict: "too_few", Why: "5 rows; at least 30 are needed"), "age is missing: too few rows to say (5 rows; at least 30 are needed)"),
        ],
        [new("email", "personal data: its values would stand in the files of the run")]);

    private static FakeApi Files(FakeApi api)
    {
        var files = $"runs/{Judged}/artifacts";
        (string Name, object Content)[] evaluation =
        [
            ("roc", Both(new { auc = 0.85, points = new object[] { new { false_positive_rate = 0, true_positive_rate = 0 }, new { threshold = 0.4, false_positive_rate = 0.2, true_positive_rate = 0.7 }, new { threshold = 0, false_positive_rate = 1, true_positive_rate = 1 } } })),
            ("pr", Both(new { average_precision = 0.66, points = new object[] { new { threshold = 0.9, recall = 0.1, precision = 1 }, new { threshold = 0.0, recall = 1, precision = 0.25 } } })),
            ("calibration", Both(new { ece = 0.018, bins = new object[] { new { bin = 0, rows = 40, predicted = 0.04, observed = 0.05 }, new { bin = 9, rows = 60, predicted = 0.9, observed = 0.85 } } })),
            ("confusion", Both(new { threshold = 0.1, confusion = new { true_positives = 24, false_positives = 30, false_negatives = 1, true_negatives = 45, total = 100, accuracy = 0.69, precision = 0.444, recall = 0.96, f1 = 0.6, mcc = 0.5 } })),
            ("lift", Both(new object[] { new { decile = 1, rows = 10, positives = 8, gain = 0.32, lift = 3.2 }, new { decile = 10, rows = 100, positives = 25, gain = 1, lift = 1 } })),
            ("threshold", new
            {
                threshold = 0.1, reason = "0.1: the least cost out of fold", costs = new { false_negative = 500, false_positive = 60 },
                out_of_fold = new object[]
                {
                    new { threshold = 0.0, precision = 0.25, recall = 1.0, f1 = 0.4, mcc = 0, accuracy = 0.25, cost_per_row = 45.0 },
                    new { threshold = 0.1, precision = 24 / 54.0, recall = 0.96, f1 = 0.61, mcc = 0.5, accuracy = 0.69, cost_per_row = 23.0 },
                    new { threshold = 0.5, precision = 0.8, recall = 0.4, f1 = 0.53, mcc = 0.5, accuracy = 0.825, cost_per_row = 76.5 },
                    new { threshold = 1.0, precision = 0.0, recall = 0.0, f1 = 0.0, mcc = 0, accuracy = 0.75, cost_per_row = 125.0 },
                },
                cost_per_row = new { test = 24.0, out_of_fold = 23.0, baseline = 41.5, always_no = 125.0, always_yes = 45.0 },
            }),
            ("importance", new { algorithm = "logistic_regression", features = Enumerable.Range(0, 20).Select(at => new { name = $"feature {at}", importance = 0.2 / (at + 1) }) }),
            ("intervals", new { confidence = 0.95, test = new { roc_auc = new { low = 0.8295, high = 0.8802 } }, out_of_fold = new { roc_auc = new { low = 0.83, high = 0.86 } } }),
            ("baseline", new { name = "contract", cross_validated = new { roc_auc = 0.705 }, test = new { roc_auc = 0.7229, log_loss = 0.4886 }, threshold = 0.5, signal = true, detail = "ROC AUC 0.845 against 0.705 for contract alone" }),
        ];
        foreach (var (name, content) in evaluation) api.With($"{files}/content/evaluation/{name}.json", content);
        return api
            .With(files, new Page<ArtifactWire>([new("evaluation", true, null, null), new("plots", true, null, null), new("MLmodel", false, 2186, new string('e', 64))]))
            .With($"{files}?path=plots", new Page<ArtifactWire>([.. new[] { "report.html", "rows.csv", "model.bin", "roc.png" }.Select(name => File($"plots/{name}")), new("plots/deep", true, null, null)]))
            .With($"{files}?path=plots%2Fdeep", new Page<ArtifactWire>([File("plots/deep/odd #1?.txt")])).With($"{files}/content/plots/deep/odd%20%231%3F.txt", "odd"u8.ToArray())
            .With($"{files}/content/MLmodel", "flavors:\n  python_function: {}\n"u8.ToArray())
            .With($"{files}/content/plots/report.html", "<h1>hello</h1><script>alert(1)</script>"u8.ToArray())
            .With($"{files}/content/plots/rows.csv", "id,name\r\n1,\"Smith, \"\"Al\"\"\"\r\n2,<b>x</b>\r\n"u8.ToArray())
            .With($"{files}/content/plots/model.bin", new byte[] { 1, 0, 255 })
            .With($"{files}/content/plots/roc.png", new byte[] { 0x89, 0x50, 0x4e, 0x47 });
    }

    /// <summary>For the lists of folders that are not there.</summary>
    public static FakeApi WithoutFilesAt(this FakeApi api, params IReadOnlyList<string> folders)
    {
        foreach (var folder in folders) api.With($"runs/{Judged}/artifacts?path={Uri.EscapeDataString(folder)}", new Page<ArtifactWire>([]));
        return api;
    }

    private static ArtifactWire File(string path) => new(path, false, 100, new string('e', 64));

    private static object Both(object part) => new { test = part, out_of_fold = part };

    /// <summary>With the folder evaluation in it.</summary>
    public static FakeApi WithEvaluation(this FakeApi api) => api.With(
        $"runs/{Judged}/artifacts?path=evaluation",
        new Page<ArtifactWire>([.. new[] { "baseline", "calibration", "confusion", "importance", "intervals", "lift", "pr", "roc", "slices", "threshold" }.Select(name => File($"evaluation/{name}.json"))]));

    private static Dictionary<string, string> Tags(string algorithm) => new(StringComparer.Ordinal)
    {
        ["cairn.flow_run"] = Flow, ["cairn.algorithm"] = algorithm, ["cairn.project"] = "churn", ["cairn.revision"] = new string('5', 64), ["cairn.dataset"] = "churn@4", ["cairn.dataset_digest"] = new string('d', 64),
    };

    private static SortedDictionary<string, double> Metrics(params (string Key, double Value)[] metrics) => new(metrics.ToDictionary(metric => metric.Key, metric => metric.Value, StringComparer.Ordinal), StringComparer.Ordinal);

    private static Dictionary<string, string> Params(params (string Key, string Value)[] parameters) => parameters.ToDictionary(param => param.Key, param => param.Value, StringComparer.Ordinal);
}

using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Projects.Files;

namespace Cairn.Unit.Tests.Projects;

public sealed class ProjectParserTests
{
    private const string Schema =
        """
        columns:
          customerID: { type: text, key: true }
          tenure: { type: integer, min: 0 }
          TotalCharges: { type: number, nullable: true }
          Contract: { type: category, categories: [Month, Year] }
          Note: text
          Since: timestamp
          Paid: boolean
          Late: { type: number, at_prediction: false }
          Plan: { type: category, categories: [A, B, C] }
          Maybe: { type: category, categories: [No, Yes], nullable: true }
          Churn: { type: category, categories: [No, Yes] }
        """;

    private const string Whole =
        """
        project: churn
        entity: customerID
        source: { path: data/customers.csv }
        schema: schema.yaml              # written by `cairn init`, then owned by the user
        target: { column: Churn, positive: Yes }           # unquoted works
        transforms:                      # row-level, travel with the model: no training/serving skew
          charges_per_month: TotalCharges / max(tenure, 1)
          is_new: charges_per_month > 10 and tenure < 6
        split: { by: stratified, test: 0.25, seed: 7 }
        train:
          algorithms: [xgboost, logistic_regression]
          tune: { trials: 30, folds: 4, repeats: 2, metric: log_loss }
        decide: { cost_false_negative: 500, cost_false_positive: 60 }   # picks the threshold
        gates:                           # on out-of-fold estimates, unless written test.roc_auc
          - roc_auc >= 0.83
          - not_worse_than champion      # paired, on the common hold-out
        serve: { deployment: churn-eu }
        outcome: { within: 30d, negative_after: 45d }
        monitor: { drift: { test: psi, threshold: 0.2 }, performance: { metric: roc_auc, min: 0.80 } }
        retrain: { schedule: "0 3 * * 1", on: [drift, performance] }
        """;

    [Fact]
    public void The_file_of_the_design_is_read_as_it_stands()
    {
        var project = Parse(Whole).Value;

        project.Name.ShouldBe("churn");
        project.Entity.ShouldBe("customerID");
        project.SourcePath.ShouldBe("data/customers.csv");
        project.Schema!.Key.ShouldBe("customerID");
        project.Schema.Target.ShouldBe(new("Churn", "Yes"));
        project.Transforms.ShouldBe([new("charges_per_month", "TotalCharges / max(tenure, 1)"), new("is_new", "charges_per_month > 10 and tenure < 6")]);
        project.Split.ShouldBe(new SplitChoice(0.25, 7));
        project.Algorithms.ShouldBe(["xgboost", "logistic_regression"]);
        project.Tune.ShouldBe(new TuneChoice(30, 4, 2, "log_loss"));
        project.Costs.ShouldBe(new Costs(500, 60));
        project.Gates.Select(g => g.Text).ShouldBe(["roc_auc >= 0.83", "not_worse_than champion"]);
        project.Deployment.ShouldBe("churn-eu");
        project.Outcome.ShouldBe(new OutcomeSection(30, 45));
        project.Serve.ToPatch(project.Entity, project.Outcome)!.Value.GetRawText().ShouldBe("""{"entity":"customerID","outcome":{"within_days":30,"negative_after_days":45}}""");
        project.NotYetActedOn.ShouldBe(["monitor", "retrain"]);
    }

    [Fact]
    public void An_entity_that_is_not_the_key_is_no_feature_either()
    {
        var project = Parse("entity: Plan\nsource: { path: a.csv }\ntarget: { column: Churn }").Value;

        project.Schema!.Find("Plan")!.AtPrediction.ShouldBeFalse();
        project.Schema.Find("Contract")!.AtPrediction.ShouldBeTrue();
        project.Schema.Find("customerID")!.AtPrediction.ShouldBeTrue();
    }

    [Fact]
    public void Everything_but_source_and_target_has_a_default()
    {
        var project = Parse("source: { path: a.csv }\ntarget: { column: Churn }").Value;

        project.Name.ShouldBe("folder");
        project.Positive.ShouldBe("Yes");
        project.Entity.ShouldBeNull();
        project.Split.ShouldBe(new SplitChoice());
        project.Tune.ShouldBe(new TuneChoice());
        project.Algorithms.ShouldBe(Training.Algorithms);
        project.Costs.ShouldBeNull();
        project.Gates.Single().Text.ShouldBe("not_worse_than champion");
        project.Deployment.ShouldBe("folder");
        project.NotYetActedOn.ShouldBeEmpty();
    }

    [Fact]
    public void Without_a_schema_file_columns_are_checked_once_the_contract_is_inferred()
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal) { ["cairn.yaml"] = "source: { path: a.csv }\ntarget: { column: nonesuch }\ntransforms: { a: nonesuch + 1 }" };

        var first = ProjectParser.Parse(files, "/x/folder");
        first.Refusal.ShouldBeNull();
        first.Value.Schema.ShouldBeNull();

        var inferred = Parse("source: { path: a.csv }\ntarget: { column: Churn }").Value.Schema;
        ProjectParser.Parse(files, "/x/folder", inferred).Refusal!.Fields.Select(f => f.Field).ShouldBe(["cairn.yaml:2 target.column", "cairn.yaml:3 transforms.a"]);
    }

    [Theory]
    [InlineData("Yes")]
    [InlineData("\"Yes\"")]
    [InlineData("'Yes'")]
    public void The_positive_class_is_kept_as_text_in_quotes_or_not(string written) =>
        Parse($"source: {{ path: a.csv }}\ntarget: {{ column: Churn, positive: {written} }}").Value.Positive.ShouldBe("Yes");

    // The same moment on every machine, wherever its clock stands.
    [Theory]
    [InlineData("test_from: 2017-10-01", "2017-10-01T00:00:00Z")]
    [InlineData("test_from: 2017-10-01, timezone: Europe/Berlin", "2017-09-30T22:00:00Z")]
    [InlineData("test_from: 2017-10-01 12:30", "2017-10-01T12:30:00Z")]
    [InlineData("test_from: 2017-10-01T12:30:00Z, timezone: Europe/Berlin", "2017-10-01T12:30:00Z")]
    [InlineData("test_from: 2017-10-01T12:30:00+02:00", "2017-10-01T10:30:00Z")]
    public void A_split_by_time_begins_at_one_moment(string written, string expected) =>
        Parse($"source: {{ path: a.csv }}\ntarget: {{ column: Churn }}\nsplit: {{ by: time, column: Since, {written} }}").Value.Split.TestFrom
            .ShouldBe(Time.ToMicros(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void A_transform_may_not_read_the_key_since_no_training_would_let_it()
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cairn.yaml"] = "source: { path: a.csv }\ntarget: { column: y }\ntransforms: { a: id + 1 }",
            ["schema.yaml"] = "columns:\n  id: { type: integer, key: true }\n  y: boolean",
        };

        ProjectParser.Parse(files, "/x/folder").Refusal!.Fields.Single().Field.ShouldBe("cairn.yaml:3 transforms.a");
    }

    [Fact]
    public void A_category_without_a_list_cannot_say_which_value_counts()
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cairn.yaml"] = "source: { path: a.csv }\ntarget: { column: y }", ["schema.yaml"] = "columns:\n  x: number\n  y: category",
        };

        ProjectParser.Parse(files, "/x/folder").Refusal!.Fields.Single().Field.ShouldBe("cairn.yaml:2 target.positive");
    }

    // What is wrong, and what the problem must say: place, found, expected.
    [Theory]
    [InlineData("trian: { folds: 3 }", "cairn.yaml:3 trian", "an unknown key", "train? There are: project,")]
    [InlineData("train: { tune: { fold: 3 } }", "cairn.yaml:3 train.tune.fold", "an unknown key", "folds? There are: trials, folds, repeats, metric")]
    [InlineData("train: { tune: { folds: three } }", "cairn.yaml:3 train.tune.folds", "'three'", "a whole number from 2 to 20")]
    [InlineData("train: { tune: { folds: 2.5 } }", "cairn.yaml:3 train.tune.folds", "'2.5'", "a whole number from 2 to 20")]
    [InlineData("train: { tune: { folds: 1 } }", "cairn.yaml:3 train.tune.folds", "'1'", "a whole number from 2 to 20")]
    [InlineData("train: { tune: { folds: \"5\" } }", "cairn.yaml:3 train.tune.folds", "'5'", "a whole number from 2 to 20")]
    [InlineData("train: { tune: { metric: roc_auk } }", "cairn.yaml:3 train.tune.metric", "'roc_auk'", "roc_auc? There are:")]
    [InlineData("train: { tune: 5 }", "cairn.yaml:3 train.tune", "'5'", "keys and values below it")]
    [InlineData("train: [xgboost]", "cairn.yaml:3 train", "a list of 1", "keys and values below it")]
    [InlineData("train:\n  algorithms:\n    - xgboost\n    - xgbost", "cairn.yaml:6 train.algorithms", "'xgbost'", "xgboost? There are:")]
    [InlineData("train: { algorithms: [xgboost, xgboost] }", "cairn.yaml:3 train.algorithms", "'xgboost' twice", "once")]
    [InlineData("train: { algorithms: [] }", "cairn.yaml:3 train.algorithms", "an empty list", "at least one of")]
    [InlineData("train: { algorithms: { a: b } }", "cairn.yaml:3 train.algorithms", "a mapping with a", "a list of texts")]
    [InlineData("split: { test: 0.9 }", "cairn.yaml:3 split.test", "'0.9'", "a number from 0.05 to 0.5")]
    [InlineData("split: { test: NaN }", "cairn.yaml:3 split.test", "'NaN'", "a number from 0.05 to 0.5")]
    [InlineData("split: { by: random }", "cairn.yaml:3 split.by", "'random'", "one of stratified, time")]
    [InlineData("split: { by: time }", "cairn.yaml:3 split.column", "no such key", "the column with the time")]
    [InlineData("split: { by: time, column: tenure, test_from: 2017-10-01 }", "cairn.yaml:3 split.column", "'tenure' of type integer", "timestamp")]
    [InlineData("split: { by: time, column: Since, test_from: soon }", "cairn.yaml:3 split.test_from", "'soon'", "a date")]
    [InlineData("split: { by: time, column: Since, test_from: \"12:30\" }", "cairn.yaml:3 split.test_from", "'12:30'", "a date")]
    [InlineData("split: { by: time, column: Since, test_from: 1/2/2017 }", "cairn.yaml:3 split.test_from", "'1/2/2017'", "a date")]
    [InlineData("split: { by: time, column: Since, test_from: 2017-10-01, timezone: Mars/Base }", "cairn.yaml:3 split.timezone", "'Mars/Base'", "Europe/Berlin")]
    [InlineData("split: { column: Since }", "cairn.yaml:3 split.column", "a key of a split by time", "by: time")]
    [InlineData("split: { by: time, column: Since, test_from: 2017-10-01, test: 0.2 }", "cairn.yaml:3 split.test", "a share", "test_from")]
    [InlineData("entity: customerId", "cairn.yaml:3 entity", "no column 'customerId' in the schema", "customerID? There are:")]
    [InlineData("schema: other.yaml", "cairn.yaml:3 schema", "no file 'other.yaml'", "the path of a schema file")]
    [InlineData("project: no/slashes", "cairn.yaml:3 project", "'no/slashes'", "letters, digits")]
    [InlineData("serve: { deployment: \"\" }", "cairn.yaml:3 serve.deployment", "''", "letters, digits")]
    [InlineData("outcome: { within: 30 }", "cairn.yaml:3 outcome.within", "'30'", "for example 90d")]
    [InlineData("outcome: { negative_after: 0d }", "cairn.yaml:3 outcome.negative_after", "'0d'", "days from 1d")]
    [InlineData("outcome: { withn: 30d }", "cairn.yaml:3 outcome.withn", "an unknown key", "within?")]
    [InlineData("decide: { cost_false_negative: 5 }", "cairn.yaml:3 decide.cost_false_positive", "no such key", "both costs")]
    [InlineData("decide: { cost_false_negative: -1, cost_false_positive: 1 }", "cairn.yaml:3 decide.cost_false_negative", "'-1'", "at least 0")]
    [InlineData("decide: { cost_false_negative: 0, cost_false_positive: 0 }", "cairn.yaml:3 decide.cost_false_negative", "two costs of 0", "above 0")]
    [InlineData("gates:\n  - roc_auc >= 0.8\n  - roc_auk >= 0.8", "cairn.yaml:5 gates", "roc_auk", "roc_auc")]
    [InlineData("transforms:\n  a: tenure / \n", "cairn.yaml:4 transforms.a", "tenure /", "")]
    [InlineData("transforms:\n  a: tenur / 2", "cairn.yaml:4 transforms.a", "tenur", "tenure")]
    [InlineData("transforms:\n  a: Churn == 'Yes'", "cairn.yaml:4 transforms.a", "Churn", "")]
    [InlineData("transforms:\n  a: Late + 1", "cairn.yaml:4 transforms.a", "Late", "")]
    [InlineData("transforms:\n  tenure: tenure + 1", "cairn.yaml:4 transforms.tenure", "the name of a column", "a name of its own")]
    [InlineData("transforms:\n  9a: tenure + 1", "cairn.yaml:4 transforms.9a", "the name '9a'", "not starting with a digit")]
    [InlineData("transforms:\n  a: [1, 2]", "cairn.yaml:4 transforms.a", "a list of 2", "an expression")]
    [InlineData("monitor: { drift: { test: magic } }", "cairn.yaml:3 monitor.drift.test", "'magic'", "psi")]
    [InlineData("monitor: { drfit: 1 }", "cairn.yaml:3 monitor.drfit", "an unknown key", "drift?")]
    [InlineData("retrain: { schedule: \"@daily\" }", "cairn.yaml:3 retrain.schedule", "'@daily'", "five fields")]
    [InlineData("retrain: { on: [rain] }", "cairn.yaml:3 retrain.on", "'rain'", "drift, performance, data")]
    [InlineData("serve: { deployment: a }\nserve: { deployment: b }", "cairn.yaml:4 serve", "a second time (first on line 3)", "once")]
    [InlineData("a: &anchor 1", "cairn.yaml:3 a", "the anchor &anchor", "aliases are not allowed")]
    [InlineData("a: *anchor", "cairn.yaml:3 a", "the alias *anchor", "aliases are not allowed")]
    [InlineData("a: !!python/object 1", "cairn.yaml:3 a", "the tag", "tags are not allowed")]
    [InlineData("serve:\n\tdeployment: a", "cairn.yaml:4", "a tab", "spaces")]
    [InlineData("serve: { deployment: a", "cairn.yaml:3", "", "valid YAML")]
    [InlineData("serve: {\ndeployment: a", "cairn.yaml:3", "an open bracket", "indented text")]
    [InlineData("---\nserve: { deployment: a }", "cairn.yaml:3", "a second document", "one document")]
    [InlineData("? [a, b]\n: 1", "cairn.yaml:3", "a list of 2 as a key", "a name")]
    public void A_problem_names_file_line_key_what_was_found_and_what_was_expected(string yaml, string place, string found, string expected)
    {
        var refusal = Parse("source: { path: a.csv }\ntarget: { column: Churn }\n" + yaml).Refusal;

        refusal.ShouldBeOfType<Refusal.Invalid>().Code.ShouldBe("project.invalid");
        refusal.Fields.Any(f => f.Field == place).ShouldBeTrue(string.Join("; ", refusal.Fields));
        var problem = refusal.Fields.First(f => f.Field == place);
        problem.Found.ShouldContain(found);
        problem.Expected.ShouldContain(expected);
        refusal.Detail.ShouldContain(refusal.Fields[0].Field);
    }

    [Theory]
    [InlineData("target: { column: Chrun }", "target.column", "no column 'Chrun'", "Churn?")]
    [InlineData("target: { column: Churn, positive: yes }", "target.positive", "'yes'", "Yes?")]
    [InlineData("target: { column: Plan }", "target.column", "3 categories", "two")]
    [InlineData("target: { column: Contract }", "target.positive", "no such key", "Month or Year")]
    [InlineData("target: { column: Maybe }", "target.column", "may be missing", "known in every row")]
    [InlineData("target: { column: Note }", "target.column", "of type text", "two values")]
    [InlineData("target: Churn", "target", "'Churn'", "keys and values")]
    [InlineData("target: { positive: Yes }", "target.column", "no such key", "the column to predict")]
    public void A_target_that_cannot_be_learned_is_refused(string yaml, string key, string found, string expected)
    {
        var refusal = Parse("source: { path: a.csv }\n" + yaml).Refusal!;
        var problem = refusal.Fields.First(f => f.Field == $"cairn.yaml:2 {key}");
        problem.Found.ShouldContain(found);
        problem.Expected.ShouldContain(expected);
    }

    [Fact]
    public void All_problems_of_both_files_come_at_once()
    {
        var refusal = ProjectParser.Parse(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["cairn.yaml"] = "target: { column: Churn }\ntrain: { tune: { folds: 0 } }\nsplit: { test: 7 }\nwat: 1",
                ["schema.yaml"] = Schema.Replace("type: number, nullable", "type: numbr, nullable", StringComparison.Ordinal).Replace("min: 0", "minimum: 0", StringComparison.Ordinal),
            },
            "/x/folder").Refusal!;

        refusal.Fields.Select(f => f.Field).ShouldBe(
            [
                "cairn.yaml:1 source.path", "schema.yaml:3 columns.tenure.minimum", "schema.yaml:4 columns.TotalCharges.type",
                "cairn.yaml:2 train.tune.folds", "cairn.yaml:3 split.test", "cairn.yaml:4 wat",
            ],
            ignoreOrder: true);
        refusal.Detail.ShouldContain("6 problems");
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment")]
    [InlineData("just text")]
    [InlineData("- a\n- list")]
    public void A_file_without_keys_is_refused(string yaml) =>
        Parse(yaml).Refusal!.Fields.Single().Expected.ShouldContain("keys and values");

    [Fact]
    public void A_folder_without_the_file_is_refused() =>
        ProjectParser.Parse(new Dictionary<string, string>(StringComparer.Ordinal), "/x").Refusal!.Fields.Single().Found.ShouldBe("no such file");

    [Fact]
    public void A_file_of_more_than_a_megabyte_is_refused_unread() =>
        Parse(new string('#', 1 << 21)).Refusal!.Fields.Single().Expected.ShouldContain("at most");

    [Fact]
    public void Deep_nesting_is_refused() =>
        Parse("a: " + string.Concat(Enumerable.Repeat("[", 10_000))).Refusal!.Fields[0].Found.ShouldContain("levels of nesting");

    [Fact]
    public void A_split_by_time_is_cut_at_midnight_in_its_time_zone()
    {
        var split = Parse("source: { path: a.csv }\ntarget: { column: Churn }\nsplit: { by: time, column: Since, test_from: 2017-10-01, timezone: Europe/Berlin }").Value.Split;
        split.TimeColumn.ShouldBe("Since");
        split.TestFrom.ShouldBe(Time.ToMicros(new DateTimeOffset(2017, 9, 30, 22, 0, 0, TimeSpan.Zero)));
    }

    private static Answer<ProjectDefinition> Parse(string yaml) =>
        ProjectParser.Parse(new Dictionary<string, string>(StringComparer.Ordinal) { ["cairn.yaml"] = yaml, ["schema.yaml"] = Schema }, "/x/folder");
}

using System.Net;
using Cairn.Client.Wire;
using Cairn.Tracking;
using Cairn.Unit.Tests.Tracking;

namespace Cairn.Api.Tests.Mlflow;

public sealed class MlflowImportOnSqlite : MlflowImportTests
{
    protected override bool Postgres => false;
}

public sealed class MlflowImportOnPostgres : MlflowImportTests
{
    protected override bool Postgres => true;
}

/// <summary>A store of MLflow taken in, and read back over MLflow's own protocol.</summary>
public abstract class MlflowImportTests : MlflowImportOn
{
    [Fact]
    public async Task Runs_come_with_ids_params_tags_and_whole_histories()
    {
        Store.Experiment(7, "größe/😀 'x'");
        Store.Insert("experiment_tags", "owner", "ada 'the first'", 7);
        Store.RunRow(One, 7, "parent");
        Store.RunRow(Two, 7, "child", "RUNNING");
        Store.Insert("tags", "mlflow.runName", "parent", One);
        Store.Insert("tags", "mlflow.parentRunId", One, Two);
        Store.Insert("tags", "notes", null, Two);
        Store.Insert("params", "пример", new string('é', 7000), One);
        Store.Point(One, "loss", 0.5, 1_700_000_000_001, 0);
        Store.Point(One, "loss", 0.25, 1_700_000_000_002, 1);
        Store.Point(One, "loss", 0.75, 1_700_000_000_001, 1);
        Store.Point(One, "nan", 3, step: 0);
        Store.Point(One, "nan", double.NaN, step: 1);
        Store.Point(One, "inf", double.PositiveInfinity);
        Store.Point(One, "neg", double.NegativeInfinity, step: -5);

        var result = await Take();

        result.Remarks.ShouldBeEmpty();
        Count(result, "metric points").ShouldBe((7, 7, 0, 0));
        var experiment = (await Host.Http.MlflowGet("experiments/get?experiment_id=7"))["experiment"]!;
        (Text(experiment["name"]), Text(experiment["tags"]![0]!["value"]), experiment["creation_time"]!.GetValue<long>(), experiment["last_update_time"]!.GetValue<long>()).ShouldBe(("größe/😀 'x'", "ada 'the first'", 1000, 2000));
        var run = (await Host.Http.MlflowGet($"runs/get?run_id={One}"))["run"]!;
        (Text(run["info"]!["run_name"]), Text(run["info"]!["status"]), Text(run["info"]!["user_id"]), Text(run["info"]!["artifact_uri"])).ShouldBe(("parent", "FINISHED", "ada", $"mlflow-artifacts:/7/{One}/artifacts"));
        (run["info"]!["start_time"]!.GetValue<long>(), run["info"]!["end_time"]!.GetValue<long>()).ShouldBe((1_700_000_000_000, 1_700_000_060_000));
        Text(run["data"]!["params"]![0]!["value"]).ShouldBe(new string('é', 7000));
        run["data"]!["metrics"]!.AsArray().Select(m => $"{Text(m!["key"])}={m["value"]!.ToJsonString()}@{m["step"]}").ShouldBe(["inf=1.7976931348623157E+308@0", "loss=0.25@1", "nan=\"NaN\"@1", "neg=-1.7976931348623157E+308@-5"]);
        (await Host.Http.MlflowGet($"metrics/get-history?run_id={One}&metric_key=loss"))["metrics"]!.AsArray().Select(m => m!["value"]!.GetValue<double>()).ShouldBe([0.5, 0.75, 0.25]);
        var children = await Host.Mlflow("runs/search", $$"""{"experiment_ids":["7"],"filter":"tags.mlflow.parentRunId = '{{One}}' AND attributes.status = 'RUNNING'"}""");
        Text(children["runs"]![0]!["info"]!["run_id"]).ShouldBe(Two);
    }

    [Fact]
    public async Task The_latest_metrics_are_those_that_MLflow_itself_kept()
    {
        var random = new Random(5);
        for (var run = 1; run <= 20; run++)
        {
            Store.RunRow(MlflowStoreFile.Id(run));
            foreach (var key in (string[])["a", "b"])
                for (var point = 0; point < 15; point++)
                    Store.Point(MlflowStoreFile.Id(run), key, random.Next(6) == 0 ? double.NaN : random.NextDouble() - 0.5, 1_700_000_000_000 + (point * 100) + random.Next(3), random.Next(4));
        }

        await Take();

        // The order of rows says nothing here: what counts is one row for each metric, equal in all that MLflow has of it.
        var theirs = new List<string>();
        using (var connection = Cairn.Storage.OutsideDatabase.OfFile(Store.File).Open(write: false))
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT run_uuid, key, value, timestamp, step, is_nan FROM latest_metrics";
            using var reader = command.ExecuteReader();
            while (reader.Read()) theirs.Add(FormattableString.Invariant($"{reader.GetString(0)} {reader.GetString(1)} {reader.GetDouble(2):R} {reader.GetInt64(3) * 1000} {reader.GetInt64(4)} {reader.GetInt64(5)}"));
        }

        var ours = await Host.Database.Read(transaction =>
        {
            var rows = new List<string>();
            transaction.Each(
                "SELECT run_id, key, value, timestamp, step, is_nan FROM run_latest_metrics", null,
                row => rows.Add(FormattableString.Invariant($"{row.Text(0)} {row.Text(1)} {row.Number(2):R} {row.Whole(3)} {row.Whole(4)} {row.Whole(5)}")));
            return rows;
        });
        ours.Order(StringComparer.Ordinal).ShouldBe(theirs.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_deleted_there_is_deleted_here_and_comes_back_with_its_experiment()
    {
        Store.Experiment(3, "gone", deleted: true, changed: 5000);
        Store.RunRow(One, 3, deleted: 5001); // with its experiment
        Store.RunRow(Two, 3, deleted: 4000); // before it
        Store.RunRow(Three, 0, deleted: 4000);

        await Take();

        (await Stages()).ShouldBe(("deleted", "deleted", "deleted"));
        await Host.Mlflow("experiments/restore", """{"experiment_id":"3"}""");
        (await Stages()).ShouldBe(("active", "deleted", "deleted"));
        await Host.Mlflow("runs/restore", $$"""{"run_id":"{{Three}}"}""");
        (await Stages()).Three.ShouldBe("active");

        async Task<(string One, string Two, string Three)> Stages() => (await Stage(One), await Stage(Two), await Stage(Three));
        async Task<string> Stage(string run) => Text((await Host.Http.MlflowGet($"runs/get?run_id={run}"))["run"]!["info"]!["lifecycle_stage"]);
    }

    [Fact]
    public async Task Datasets_and_logged_models_come_with_what_read_and_made_them()
    {
        Store.RunRow(One);
        Store.Insert("datasets", "d-1", 0, "customers", "abc", "local", "{\"uri\":\"x.csv\"}", "{}", null);
        Store.Insert("inputs", "i-1", "DATASET", "d-1", "RUN", One, 0);
        Store.Insert("input_tags", "i-1", "mlflow.data.context", "training");
        Store.Insert("input_tags", "i-1", "team", "crm");
        Store.Insert("logged_models", "m-" + One, 0, "clf", $"{Folder}/mlruns/0/models/m-{One}/artifacts", 1000, 2000, 2, "active", "sklearn", One, null);
        Store.Insert("logged_models", "m-" + Two, 0, "old", $"{Folder}/mlruns/0/models/m-{Two}/artifacts", 1000, 2000, 3, "deleted", null, null, "it failed");
        Store.Insert("logged_model_params", "m-" + One, 0, "depth", "6");
        Store.Insert("logged_model_tags", "m-" + One, 0, "a/b?c", "v");
        Store.Insert("logged_model_metrics", "m-" + One, "auc", 5, 1, 0.5, 0, One, "d-1", "customers", "abc");
        Store.Insert("logged_model_metrics", "m-" + One, "auc", 5, 2, null, 0, One, "d-1", "customers", "abc");
        Store.Insert("inputs", "i-2", "RUN_OUTPUT", One, "MODEL_OUTPUT", "m-" + One, 3);
        Store.Insert("inputs", "i-3", "RUN_INPUT", One, "MODEL_INPUT", "m-" + One, 0);

        var result = await Take();

        result.Remarks.ShouldBeEmpty();
        var run = (await Host.Http.MlflowGet($"runs/get?run_id={One}"))["run"]!;
        run["inputs"]!["dataset_inputs"]![0]!.ToJsonString().ShouldBe(
            """{"tags":[{"key":"mlflow.data.context","value":"training"},{"key":"team","value":"crm"}],"dataset":{"name":"customers","digest":"abc","source_type":"local","source":"{\u0022uri\u0022:\u0022x.csv\u0022}","schema":"{}"}}""");
        run["inputs"]!["model_inputs"]!.ToJsonString().ShouldBe($$"""[{"model_id":"m-{{One}}"}]""");
        run["outputs"]!["model_outputs"]!.ToJsonString().ShouldBe($$"""[{"model_id":"m-{{One}}","step":3}]""");
        var model = (await Host.Http.MlflowGet($"logged-models/m-{One}"))["model"]!;
        (Text(model["info"]!["status"]), Text(model["info"]!["model_type"]), Text(model["info"]!["tags"]![0]!["key"]), Text(model["data"]!["params"]![0]!["value"])).ShouldBe(("LOGGED_MODEL_READY", "sklearn", "a/b?c", "6"));
        (Text(model["data"]!["metrics"]![0]!["value"]), Text(model["data"]!["metrics"]![0]!["dataset_name"])).ShouldBe(("NaN", "customers"));
        (await Host.Http.GetAsync($"{MlflowHost.Base}logged-models/m-{Two}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_registry_comes_with_stages_aliases_deleted_versions_and_its_champion()
    {
        Store.RunRow(One);
        Store.Insert("registered_models", "churn", 1000, 2000, "who leaves");
        Store.Insert("registered_model_tags", "team", "crm", "churn");
        Version(1, $"{Folder}/mlruns/0/{One}/artifacts/model", "Archived", One);
        Version(2, "s3://bucket/model", "Production", null);
        Version(3, "models:/m-" + One, "Staging", One);
        Version(5, "REDACTED-SOURCE-PATH", "Deleted_Internal", "REDACTED-RUN-ID");
        Store.Insert("model_version_tags", "k", "v", "churn", 2);
        Store.Insert("registered_model_aliases", "best", 3, "churn");
        Store.Insert("registered_models", "a/b", 1000, 2000, null);

        var result = await Take();

        result.Remarks.Select(remark => (remark.Kind, remark.Subject, remark.Refused)).ShouldBe([("model", "a/b", true)]);
        var model = (await Host.Http.MlflowGet("registered-models/get?name=churn"))["registered_model"]!;
        Text(model["description"]).ShouldBe("who leaves");
        model["aliases"]!.AsArray().Select(alias => $"{Text(alias!["alias"])}={Text(alias["version"])}").Order(StringComparer.Ordinal).ShouldBe(["best=3", "champion=2"]);
        var versions = (await Host.Http.MlflowGet("model-versions/search?filter=name%3D'churn'&order_by=version_number"))["model_versions"]!.AsArray();
        versions.Select(version => $"{Text(version!["version"])} {Text(version["current_stage"])} {Text(version["source"])}").ShouldBe(
            [$"1 Archived mlflow-artifacts:/0/{One}/artifacts/model", "2 Production s3://bucket/model", $"3 Staging models:/m-{One}"]);
        Text(versions[1]!["tags"]![0]!["value"]).ShouldBe("v");
        (await Host.Get<Page<PromotionWire>>("/api/v1/models/churn/promotions")).Items.Select(move => (move.Version, move.Kind)).ShouldBe([(2L, "unverified")]);
        var next = await Host.Mlflow("model-versions/create", """{"name":"churn","source":"s3://bucket/next"}""");
        Text(next["model_version"]!["version"]).ShouldBe("6"); // 5 was given out, and deleted
    }

    [Fact]
    public async Task Prompts_come_with_their_texts_and_are_prompts_here_too()
    {
        Store.Insert("registered_models", "greeting", 1000, 2000, null);
        Store.Insert("registered_model_tags", "mlflow.prompt.is_prompt", "true", "greeting");
        Store.Insert("registered_model_tags", "_mlflow_prompt_type", "text", "greeting");
        foreach (var (version, text) in ((int, string)[])[(1, "Hello {{name}}"), (2, "Good day {{name}}")])
        {
            Version(version, "dummy-source", "None", null, "greeting");
            Store.Insert("model_version_tags", "mlflow.prompt.is_prompt", "true", "greeting", version);
            Store.Insert("model_version_tags", "mlflow.prompt.text", text, "greeting", version);
        }

        Store.Insert("registered_model_aliases", "production", 2, "greeting");
        Store.Insert("registered_models", "churn", 1000, 2000, null);
        Version(1, "dummy-source", "None", null);

        var result = await Take();

        result.Remarks.Select(remark => $"{remark.Kind} {remark.Subject}").ShouldBe(["version churn version 1"], "a word is no source of a model");
        (await Host.Http.MlflowGet("registered-models/search"))["registered_models"]!.AsArray().Select(model => Text(model!["name"])).ShouldBe(["churn"]);
        var version2 = (await Host.Http.MlflowGet("registered-models/alias?name=greeting&alias=production"))["model_version"]!;
        Text(version2["version"]).ShouldBe("2");
        version2["tags"]!.AsArray().ToDictionary(tag => Text(tag!["key"]), tag => Text(tag!["value"]), StringComparer.Ordinal)["mlflow.prompt.text"].ShouldBe("Good day {{name}}");
        Count(result, "model versions").ShouldBe((3, 2, 0, 1));
    }

    [Fact]
    public async Task An_id_that_is_taken_is_replaced_and_a_name_that_is_here_is_the_same_experiment()
    {
        await Host.NewExperiment("ours"); // id 1
        await Host.NewExperiment("both"); // id 2
        Store.Experiment(1, "theirs");
        Store.Experiment(9, "both");
        Store.Experiment(10, "tenth");
        Store.RunRow(One, 1);
        Store.RunRow(Two, 9);
        Store.Point(One, "m", 1);

        var result = await Take();

        result.Remarks.Select(remark => remark.Reason).ShouldBe(["Its id was 1 and is 11: 1 is 'ours' here.", "Its id was 9 and is 2: the name is here already."]);
        (await Experiment(One), await Experiment(Two)).ShouldBe(("11", "2"));
        var found = await Host.Mlflow("runs/search", """{"experiment_ids":["11"],"filter":"metrics.m = 1"}""");
        found["runs"]!.AsArray().Count.ShouldBe(1);
        (await Host.NewExperiment("next")).ShouldBe("12");

        async Task<string> Experiment(string run) => Text((await Host.Http.MlflowGet($"runs/get?run_id={run}"))["run"]!["info"]!["experiment_id"]);
    }

    [Fact]
    public async Task What_cannot_be_taken_is_told_with_its_reason_and_the_rest_comes()
    {
        Store.RunRow(One);
        Store.RunRow("NOT-AN-ID");
        Store.RunRow(Two, 99);
        Store.Point("NOT-AN-ID", "m", 1);
        Store.Point(One, "a*b", 1);
        Store.Point(One, "m", 1);
        Store.Insert("metrics", "ns", 1.0, 1_700_000_000_000_000_000, One, 0, 0);
        Store.Insert("params", "../up", "1", One);
        Store.Insert("trace_info", "tr-1", 0, 1, "OK");

        var result = await Take();

        result.Remarks.Where(remark => remark.Refused).Select(remark => $"{remark.Kind} {remark.Subject}").ShouldBe(
            ["run NOT-AN-ID", $"run {Two}", $"param {One} ../up", "metric NOT-AN-ID m", $"metric {One} a*b", $"metric {One} ns", "table trace_info"]);
        Count(result, "metric points").ShouldBe((4, 1, 0, 3));
        Count(result, "runs").ShouldBe((3, 1, 0, 2));
    }

    [Fact]
    public async Task Taken_again_it_brings_what_was_added_and_nothing_twice()
    {
        Store.RunRow(One);
        Store.Point(One, "m", 1);
        Store.Insert("registered_models", "churn", 1000, 2000, "");
        Version(1, "s3://b/1", "None", null);
        await Take();
        Store.Point(One, "m", 2, step: 1);
        Store.RunRow(Two);
        Version(2, "s3://b/2", "None", null);

        var again = await Take();

        (Count(again, "runs"), Count(again, "model versions"), Count(again, "registered models")).ShouldBe(((2, 1, 1, 0), (2, 1, 1, 0), (1, 0, 1, 0)));
        (await Host.Http.MlflowGet($"metrics/get-history?run_id={One}&metric_key=m"))["metrics"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_model_that_is_another_of_the_same_name_is_left_alone()
    {
        await Host.Mlflow("registered-models/create", """{"name":"churn","description":"ours"}""");
        Store.Insert("registered_models", "churn", 1000, 2000, "theirs");
        Version(1, "s3://b/1", "Production", null);
        Store.Insert("registered_model_aliases", "best", 1, "churn");
        Store.Insert("registered_model_tags", "k", "v", "churn");

        var result = await Take();

        result.Remarks.Select(remark => remark.Kind).ShouldBe(["model", "model tag", "version", "alias"]);
        var model = (await Host.Http.MlflowGet("registered-models/get?name=churn"))["registered_model"]!.AsObject();
        (Text(model["description"]), model.ContainsKey("aliases"), model.ContainsKey("tags"), model.ContainsKey("latest_versions")).ShouldBe(("ours", false, false, false));
    }

    [Fact]
    public async Task Another_workspace_sees_nothing_of_it()
    {
        Store.RunRow(One);
        await Take();

        (await Host.Neighbour.GetAsync($"/api/v1/runs/{One}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public void A_file_that_is_no_store_of_MLflow_is_refused_in_words()
    {
        var (text, empty) = (Path.Combine(Folder, "text.db"), Path.Combine(Folder, "empty.db"));
        File.WriteAllText(text, new string('x', 5000));
        using (var other = new MlflowStoreFile(empty, "CREATE TABLE runs (a INTEGER)")) other.Run("SELECT 1");

        MlflowImport.Look(Source with { File = text }).Refusal!.Detail.ShouldContain("file is not a database");
        MlflowImport.Look(Source with { File = empty }).Refusal!.Detail.ShouldContain("It has no table experiments, params, metrics, tags.");
    }

    [Fact]
    public async Task A_store_of_an_older_MLflow_has_what_it_has()
    {
        // As of MLflow 1.0: neither steps nor marks of NaN, no times of experiments, no registry.
        var file = Path.Combine(Folder, "old.db");
        using var old = new MlflowStoreFile(
            file,
            """
            CREATE TABLE experiments (experiment_id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(256) NOT NULL UNIQUE, artifact_location VARCHAR(256), lifecycle_stage VARCHAR(32));
            CREATE TABLE runs (run_uuid VARCHAR(32) NOT NULL PRIMARY KEY, name VARCHAR(250), source_type VARCHAR(20), source_name VARCHAR(500), entry_point_name VARCHAR(50), user_id VARCHAR(256),
                status VARCHAR(20), start_time BIGINT, end_time BIGINT, source_version VARCHAR(50), lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER);
            CREATE TABLE metrics (key VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT NOT NULL, run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (key, timestamp, run_uuid));
            CREATE TABLE params (key VARCHAR(250) NOT NULL, value VARCHAR(250) NOT NULL, run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (key, run_uuid));
            CREATE TABLE tags (key VARCHAR(250) NOT NULL, value VARCHAR(250), run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (key, run_uuid));
            """);
        old.Insert("experiments", 4, "old", "./mlruns/4", "active");
        old.Insert("runs", One, "", "LOCAL", "", "", "ada", "FAILED", 5, 6, "", "active", $"./mlruns/4/{One}/artifacts", 4);
        old.Insert("tags", "mlflow.runName", "named", One);
        old.Insert("metrics", "m", 0.5, 5, One);

        var result = await Take(Source with { File = file });

        result.Remarks.ShouldBeEmpty();
        var run = (await Host.Http.MlflowGet($"runs/get?run_id={One}"))["run"]!;
        (Text(run["info"]!["run_name"]), Text(run["info"]!["status"]), run["data"]!["metrics"]![0]!["value"]!.GetValue<double>()).ShouldBe(("named", "FAILED", 0.5));
    }
}

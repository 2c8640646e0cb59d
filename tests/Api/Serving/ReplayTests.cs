using System.Net;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving;
using Cairn.Tracking;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Serving;

public class ReplayTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static async Task<PredictionWire> Ask(ServingHost host, string row = CoffeeModel.Row) => await ServingHost.Read<PredictionWire>(await host.Post("/api/v1/deployments/coffee/predict", row));

    [Theory]
    [InlineData(CoffeeModel.Row)]
    [InlineData("""{"age": 120, "cups": 0.1, "roast": "light", "member": false}""")]
    [InlineData("""{"age": 0, "cups": -0.0, "roast": "medium", "member": true}""")]
    [InlineData("""{"age": 33, "cups": null, "roast": "dark", "member": true}""")]
    [InlineData("""{"age": 1e1, "cups": 1234567.89012345, "roast": "d\u0061rk", "member": true}""")]
    public async Task A_prediction_comes_out_with_the_same_bits_and_what_it_stands_on(string row)
    {
        await using var host = await ServingHost.Start();
        var deployment = await host.Deploy("coffee");
        var answer = await Ask(host, row);

        var replay = await host.Client.ReplayAsync(answer.PredictionId, Cancelled);

        (replay.Same, replay.Result).ShouldBe((true, "same"), replay.Detail);
        replay.Recomputed.ShouldBe(replay.Stored);
        (replay.Stored.Prediction, replay.Stored.Probability).ShouldBe((answer.Prediction, answer.Probability));
        replay.Stored.Bits.ShouldBe(BitConverter.DoubleToInt64Bits(answer.Probability).ToString("x16"));
        (replay.Model, replay.Version, replay.PackageDigest, replay.Evaluator).ShouldBe(("coffee", 1, deployment.PackageDigest!, 1));
        replay.Lineage.RunId!.Length.ShouldBe(32);
        replay.Lineage.Datasets.Single().ShouldBe(new DatasetInputWire("guests", new string('a', 64), "training"));
    }

    [Fact]
    public async Task The_version_that_answered_is_asked_again_not_the_one_that_serves()
    {
        await using var host = await ServingHost.Start();
        var first = await host.Deploy("coffee");
        var before = await Ask(host);
        await host.Promote("coffee", await host.Register("coffee", seed: 2));
        await host.Deployments.WaitUntilServes(WorkspaceId.Default, "coffee", 2, Cancelled);
        var after = await Ask(host);

        var replayed = await host.Client.ReplayAsync(before.PredictionId, Cancelled);

        (after.Version, replayed.Version, replayed.Same).ShouldBe((2, 1, true));
        replayed.PackageDigest.ShouldBe(first.PackageDigest);
        (await host.Client.ReplayAsync(after.PredictionId, Cancelled)).Same.ShouldBeTrue();
    }

    [Fact]
    public async Task What_a_version_answered_is_replayed_after_its_purge_and_the_package_of_one_that_answered_nothing_is_gone()
    {
        await using var host = await ServingHost.Start();
        var first = await host.Deploy("coffee");
        var answer = await Ask(host);
        await host.Promote("coffee", await host.Register("coffee", seed: 2));
        await host.Deployments.WaitUntilServes(WorkspaceId.Default, "coffee", 2, Cancelled);
        var idle = (await host.Get<Models>().Find(WorkspaceId.Default, "coffee", await host.Register("coffee", seed: 3), Cancelled))!;
        foreach (var version in (long[])[1, idle.Version]) (await host.Http.DeleteAsync($"/api/v1/models/coffee/versions/{version}", Cancelled)).EnsureSuccessStatusCode();

        (await host.Get<RecycleBin>().Purge(Caller.LocalAdmin, null, long.MaxValue, (_, _) => { }, Cancelled)).Versions.ShouldBe(2);

        var replay = await host.Client.ReplayAsync(answer.PredictionId, Cancelled);
        (replay.Same, replay.Version, replay.PackageDigest).ShouldBe((true, 1, first.PackageDigest!));
        (await host.Get<ModelPackages>().Open(WorkspaceId.Default, Digest.Parse(idle.PackageDigest!), Cancelled)).Refusal!.Code.ShouldBe("package.missing");
    }

    [Fact]
    public async Task A_flipped_bit_of_the_probability_is_found_and_named()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var answer = await Ask(host);
        await host.Flip(answer.PredictionId, LogEditing.ProbabilityAt, bits: 1);

        var replay = await host.Client.ReplayAsync(answer.PredictionId, Cancelled);

        (replay.Same, replay.Result).ShouldBe((false, "different"));
        var bits = BitConverter.DoubleToUInt64Bits(answer.Probability);
        var difference = replay.Differences.ShouldHaveSingleItem();
        (difference.What, difference.StoredBits, difference.RecomputedBits).ShouldBe(("probability", (bits ^ 1).ToString("x16"), bits.ToString("x16")));
        replay.Recomputed!.Probability.ShouldBe(answer.Probability);
        replay.Detail.ShouldBe("The logged features do not give the logged answer.");
    }

    [Fact]
    public async Task A_flipped_bit_of_a_feature_is_found_even_where_the_answer_is_the_same()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var answer = await Ask(host);
        await host.Flip(answer.PredictionId, LogEditing.FeaturesAt, bits: 1);

        var replay = await host.Client.ReplayAsync(answer.PredictionId, Cancelled);

        replay.Result.ShouldBe("different");
        var difference = replay.Differences.ShouldHaveSingleItem();
        difference.What.ShouldBe("age");
        (Convert.ToUInt32(difference.StoredBits, 16) ^ Convert.ToUInt32(difference.RecomputedBits, 16)).ShouldBe(1u);
        replay.Recomputed.ShouldBe(replay.Stored);
        replay.Detail.ShouldBe("What was asked gives the logged answer, but other features than logged: age.");
    }

    [Fact]
    public async Task A_flipped_bit_of_what_was_asked_is_found()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var answer = await Ask(host); // four inputs in two bytes of kinds, then the age
        var features = (await host.Client.GetPredictionAsync(answer.PredictionId, Cancelled)).Features!.Count;
        var inputs = LogEditing.FeaturesAt + (4 * features) + "local-admin".Length;
        await host.Flip(answer.PredictionId, inputs + 2, bits: 1);

        var replay = await host.Client.ReplayAsync(answer.PredictionId, Cancelled);
        await host.Flip(answer.PredictionId, inputs, bits: 8);
        var unreadable = await host.Client.ReplayAsync(answer.PredictionId, Cancelled);

        replay.Differences.Select(d => d.What).ShouldBe(["age", "probability"]);
        replay.Detail.ShouldBe("The logged features give the logged answer, but what was asked gives other features: age.");
        (unreadable.Result, unreadable.Differences[0].What).ShouldBe(("different", "inputs"));
        (await host.Client.GetPredictionAsync(answer.PredictionId, Cancelled)).Inputs!.ShouldContain(input => input.Note != null);
    }

    [Fact]
    public async Task An_altered_package_is_named_and_so_is_one_that_is_gone()
    {
        await using var host = await ServingHost.Start();
        var deployment = await host.Deploy("coffee");
        var answer = await Ask(host);

        await host.AlterPackage(1, "coffee");
        var altered = await host.Client.ReplayAsync(answer.PredictionId, Cancelled);
        await host.Services.GetRequiredService<Storage.Database>().Write(t => t.Execute("DELETE FROM model_package_files") + t.Execute("DELETE FROM model_packages"));
        var gone = await host.Client.ReplayAsync(answer.PredictionId, Cancelled);

        (altered.Same, altered.Result, altered.Recomputed).ShouldBe((false, "package-refused", null));
        altered.Detail.ShouldContain("pipeline.json");
        (gone.Result, gone.Detail).ShouldBe(("package-missing", gone.Detail));
        gone.Detail.ShouldContain(deployment.PackageDigest!);
    }

    [Fact]
    public async Task An_answer_of_arithmetic_that_this_binary_does_not_have_is_not_repeated()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var answer = await Ask(host);
        await host.Execute("UPDATE prediction_sources SET evaluator = 9");

        var replay = await host.Client.ReplayAsync(answer.PredictionId, Cancelled);

        (replay.Result, replay.Evaluator, replay.Recomputed).ShouldBe(("evaluator-unknown", 9, null));
        replay.Detail.ShouldContain("evaluator 9");
    }

    [Fact]
    public async Task Personal_data_is_replayed_until_it_is_erased()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee", personal: true);
        var answer = await Ask(host, """{"guest": "anna", "age": 61, "cups": 2, "roast": "dark", "member": true}""");

        var before = await host.Client.ReplayAsync(answer.PredictionId, Cancelled);
        await ServingHost.Read<ErasedWire>(await host.Post("/api/v1/predictions/erase", """{"entity": "anna"}"""));
        var after = await host.Client.ReplayAsync(answer.PredictionId, Cancelled);
        var explanation = await host.Http.GetAsync($"/api/v1/predictions/{answer.PredictionId}/explanation", Cancelled);

        (before.Result, after.Same, after.Result, after.Recomputed).ShouldBe(("same", false, "erased", null));
        (await ServingHost.ProblemOf(explanation)).Code.ShouldBe("prediction.erased");
        (await host.Client.GetPredictionAsync(answer.PredictionId, Cancelled)).Inputs!.Single(input => input.Input == "age").Note.ShouldBe("personal data, encrypted");
    }

    [Fact]
    public async Task A_prediction_is_explained_later_as_it_would_have_been_then()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var answer = await ServingHost.Read<PredictionWire>(await host.Post("/api/v1/deployments/coffee/predict?explain=true", CoffeeModel.Row));
        await host.Promote("coffee", await host.Register("coffee", seed: 2));

        var explained = await host.Client.ExplainAsync(answer.PredictionId, Cancelled);

        (explained.PredictionId, explained.Model, explained.Version).ShouldBe((answer.PredictionId, "coffee", 1));
        explained.Explanation.BaseValue.ShouldBe(answer.Explanation!.BaseValue);
        explained.Explanation.Contributions.ShouldBe(answer.Explanation.Contributions);
    }

    [Theory]
    [InlineData("nonsense", HttpStatusCode.BadRequest, "prediction.id-invalid")]
    [InlineData("01a1fd62a1bc7d33b4bf2c15543693b4", HttpStatusCode.NotFound, "prediction.unknown")]
    public async Task An_id_that_is_not_there_says_so(string id, HttpStatusCode status, string code)
    {
        await using var host = await ServingHost.Start();

        foreach (var answer in (HttpResponseMessage[])[await host.Post($"/api/v1/predictions/{id}/replay", ""), await host.Http.GetAsync($"/api/v1/predictions/{id}/explanation", Cancelled)])
        {
            answer.StatusCode.ShouldBe(status);
            (await ServingHost.ProblemOf(answer)).Code.ShouldBe(code);
        }
    }

    [Fact]
    public async Task Another_workspace_sees_nothing()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var answer = await Ask(host);
        var replays = host.Services.GetRequiredService<Replays>();

        (await replays.One(new WorkspaceId("other"), answer.PredictionId, Cancelled)).Refusal!.Code.ShouldBe("prediction.unknown");
        (await replays.Explain(new WorkspaceId("other"), answer.PredictionId, Cancelled)).Refusal!.Code.ShouldBe("prediction.unknown");
        (await replays.Range(new WorkspaceId("other"), "coffee", 0, long.MaxValue, 1, null, Cancelled)).Seen.ShouldBe(0);
    }
}

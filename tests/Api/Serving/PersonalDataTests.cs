using System.Net;
using System.Text;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Serving;
using Cairn.Serving.Log;
using Cairn.Storage;
using Cairn.Tracking;

namespace Cairn.Api.Tests.Serving;

public class PersonalDataTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Personal_data_is_nowhere_in_the_home_in_the_clear_and_can_be_read_all_the_same()
    {
        var host = await ServingHost.Start();
        await host.Deploy("coffee", personal: true);
        const string Guest = "Wilhelmine Müller-Ägerter";
        var logged = await Show(host, await Ask(host, Guest, 61));
        var stored = await host.Get<LogDatabase>().Read(t => t.First<byte[]>("SELECT body FROM prediction_blocks")!, Cancelled);
        await host.Stop();

        logged.Entity.ShouldStartWith("~");
        logged.Erased.ShouldBeFalse();
        logged.Features!.Count(feature => feature.Value is null).ShouldBe(0);
        foreach (var file in Directory.EnumerateFiles(host.Home, "*.db*"))
        {
            var bytes = await File.ReadAllBytesAsync(file, Cancelled);
            bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Guest)).ShouldBe(-1, file);
        }

        var reader = new BlockReader(stored);
        reader.Next().ShouldBeTrue();
        LogRecord.Read(reader.Record).Features.Count(float.IsNaN).ShouldBe(2); // age and old

        Directory.Delete(host.Home, recursive: true);
    }

    [Fact]
    public async Task Who_is_erased_can_be_read_by_nobody_and_the_others_as_before()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee", personal: true);
        var (anna, bert) = (await Ask(host, "anna", 61), await Ask(host, "bert", 40));

        var erased = await ServingHost.Read<ErasedWire>(await host.Post("/api/v1/predictions/erase", """{"entity": "anna"}"""));
        var (ofAnna, ofBert) = (await Show(host, anna), await Show(host, bert));
        var later = await Show(host, await Ask(host, "anna", 61));

        erased.Keys.ShouldBe(1);
        (ofAnna.Erased, ofBert.Erased, later.Erased).ShouldBe((true, false, false));
        ofAnna.Features!.Where(feature => feature.Value is null).Select(feature => feature.Feature).ShouldBe(["age", "old"], ignoreOrder: true);
        ofAnna.Probability.ShouldBe(anna.Probability);
        later.Entity.ShouldBe(ofAnna.Entity);
        var again = await host.Post("/api/v1/predictions/erase", """{"entity": "carl"}""");
        (again.StatusCode, (await ServingHost.ProblemOf(again)).Code).ShouldBe((HttpStatusCode.NotFound, "prediction.entity-unknown"));
    }

    [Fact]
    public async Task A_replay_gets_the_bits_the_model_saw()
    {
        await using var host = await ServingHost.Start();
        var deployed = await host.Deploy("coffee", personal: true);
        var first = await Ask(host, "anna", 61);
        var opened = await host.Get<ModelPackages>().Open(WorkspaceId.Default, Digest.Parse(deployed.PackageDigest!), Cancelled);

        var found = await host.Get<Predictions>().FindRecord(WorkspaceId.Default, first.PredictionId, Cancelled);

        found.Value.Record.Sealed.ShouldBeEmpty();
        found.Value.Record.Inputs.ShouldNotBeEmpty();
        Predictor.Load(opened.Value).Value.Score(found.Value.Record.Features).ShouldBe(first.Probability);
    }

    [Fact]
    public async Task Requests_that_name_nobody_are_sealed_too()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee", personal: true);

        var answers = (await ServingHost.Read<PredictionsWire>(await host.Post("/api/v1/deployments/coffee/predict", $$"""{"rows": [{{CoffeeModel.Row}}, {{CoffeeModel.Row}}]}"""))).Predictions;
        var logged = await Show(host, answers[1]);

        (logged.Entity, logged.Erased, logged.Probability).ShouldBe((null, false, answers[1].Probability));
    }

    private static async Task<PredictionWire> Ask(ServingHost host, string guest, int age) => await ServingHost.Read<PredictionWire>(await host.Post(
        "/api/v1/deployments/coffee/predict", $$"""{"guest": "{{guest}}", "age": {{age}}, "cups": 2, "roast": "dark", "member": true}"""));

    private static async Task<LoggedPredictionWire> Show(ServingHost host, PredictionWire prediction) =>
        await ServingHost.Read<LoggedPredictionWire>(await host.Http.GetAsync($"/api/v1/predictions/{prediction.PredictionId}", Cancelled));
}

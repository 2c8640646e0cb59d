using System.Text;
using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Online;
using Cairn.Serving.Variants;
using Cairn.Unit.Tests.Learning.Packages;

namespace Cairn.Unit.Tests.Serving;

/// <summary>The rows of a request are scored together: what is answered and logged of each is what it would be alone.</summary>
public class ManyRowsTests
{
    [Theory]
    [InlineData("xgboost", 1)]
    [InlineData("xgboost", 15)]
    [InlineData("xgboost", 16)]
    [InlineData("random_forest", 17)]
    [InlineData("logistic_regression", 33)]
    [InlineData("xgboost", 1_000)]
    public void Each_row_has_the_bits_and_the_record_that_it_has_alone(string algorithm, int count)
    {
        var predictor = TelcoPackage.Of(algorithm).Load();
        var (answer, requests) = (AnswerBuffer.Rent(), Enumerable.Range(0, count).Select(TelcoPackage.Request).ToList());
        var served = new ServedModel(new(LogSourceRow.Of(WorkspaceId.Default, "churn", LiveVariant.Champion, "churn", 1, predictor), predictor, () => null), new(predictor));
        var log = RowLog.Of(new() { Sample = 1 }, Caller.LocalAdmin, TimeProvider.System);

        new PredictRows(Routing.To(served), explain: false, TimeProvider.System, answer, log).Run(Body(requests)).ShouldBeNull();

        var predictions = JsonSerializer.Deserialize<PredictionsWire>(answer.Written.Span, CairnJson.Options)!.Predictions;
        predictions.Count.ShouldBe(count);
        answer.Answered.ShouldBe(count);
        var records = new BlockReader(answer.Records.ToBody());
        var row = predictor.NewRow();
        for (var i = 0; i < count; i++)
        {
            var json = new Utf8JsonReader(requests[i]);
            json.Read();
            predictor.Read(ref json, row, "$").ShouldBeNull();
            records.Next().ShouldBeTrue();
            var record = LogRecord.Read(records.Record);
            var probability = BitConverter.DoubleToInt64Bits(predictor.Score(row));
            BitConverter.DoubleToInt64Bits(predictions[i].Probability).ShouldBe(probability, $"row {i}");
            BitConverter.DoubleToInt64Bits(record.Probability).ShouldBe(probability);
            record.Id.ToString("N").ShouldBe(predictions[i].PredictionId);
            record.Inputs.AsSpan().SequenceEqual(row.PackInputs()).ShouldBeTrue($"inputs of row {i}");
            record.Features.AsSpan().SequenceEqual(row.Features).ShouldBeTrue($"features of row {i}");
        }

        records.Next().ShouldBeFalse();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(20)]
    public void One_wrong_row_is_named_and_no_row_is_logged_or_counted_after_it(int wrong)
    {
        var predictor = TelcoPackage.Of("xgboost").Load();
        var (answer, requests) = (AnswerBuffer.Rent(), Enumerable.Range(0, 40).Select(TelcoPackage.Request).ToList());
        var served = new ServedModel(new(LogSourceRow.Of(WorkspaceId.Default, "churn", LiveVariant.Champion, "churn", 1, predictor), predictor, () => null), new(predictor));
        requests[wrong] = "{\"tenure\": \"long\"}"u8.ToArray();

        var refusal = new PredictRows(Routing.To(served), explain: false, TimeProvider.System, answer, log: null).Run(Body(requests)).ShouldNotBeNull();

        refusal.Code.ShouldBe("predict.row-invalid");
        refusal.ShouldBeOfType<Refusal.Invalid>().Fields.ShouldAllBe(problem => problem.Field.StartsWith($"$[{wrong}]", StringComparison.Ordinal));
        answer.Answered.ShouldBeLessThanOrEqualTo(wrong);
    }

    private static byte[] Body(IEnumerable<byte[]> rows) => Encoding.UTF8.GetBytes($"[{string.Join(",\n", rows.Select(Encoding.UTF8.GetString))}]");
}

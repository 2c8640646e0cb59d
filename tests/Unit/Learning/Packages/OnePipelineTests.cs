using System.Runtime.InteropServices;
using System.Text.Json;
using Cairn.Learning.Models;

namespace Cairn.Unit.Tests.Learning.Packages;

/// <summary>One pipeline, several evaluators: training, batch and online must agree, or what is served is not what was judged.</summary>
public class OnePipelineTests
{
    [Theory]
    [InlineData("xgboost")]
    [InlineData("random_forest")]
    [InlineData("logistic_regression")]
    public void Rows_read_from_json_have_the_feature_vectors_of_training_in_all_bits(string algorithm)
    {
        var package = TelcoPackage.Of(algorithm);
        var predictor = package.Load();
        var matrix = package.Pipeline.Apply(TelcoPackage.Frame, Telco.Rows);
        var batch = predictor.Score(TelcoPackage.Frame);
        var row = predictor.NewRow();
        for (var i = 0; i < matrix.Rows; i++)
        {
            var json = new Utf8JsonReader(TelcoPackage.Request(i));
            json.Read();

            predictor.Read(ref json, row, "$").ShouldBeNull();

            json.TokenType.ShouldBe(JsonTokenType.EndObject);
            MemoryMarshal.AsBytes(row.Features).SequenceEqual(MemoryMarshal.AsBytes(matrix.Row(i))).ShouldBeTrue($"row {i}");
            var score = BitConverter.DoubleToInt64Bits(predictor.Score(row));
            score.ShouldBe(BitConverter.DoubleToInt64Bits(package.Model.Score(matrix.Row(i))));
            score.ShouldBe(BitConverter.DoubleToInt64Bits(batch[i]));
        }
    }

    [Theory]
    [InlineData("xgboost")]
    [InlineData("random_forest")]
    public void Tree_scores_are_those_of_xgboost(string algorithm)
    {
        var package = TelcoPackage.Of(algorithm);
        var predictor = package.Load();
        using var booster = XgboostBooster.Load(package.Files["model.ubj"]);
        var matrix = package.Pipeline.Apply(TelcoPackage.Frame, Telco.Rows);
        var (margins, expected) = (booster.Margins(matrix), booster.Scores(matrix));
        var trees = ((TreeModel)predictor.Model).Trees;

        var scores = predictor.Score(TelcoPackage.Frame);

        for (var i = 0; i < scores.Length; i++)
        {
            BitConverter.SingleToInt32Bits(trees.Margin(matrix.Row(i))).ShouldBe(BitConverter.SingleToInt32Bits(margins[i]), $"margin of row {i}");
            scores[i].ShouldBe(expected[i], 1e-6);
        }
    }
}

using Cairn.Learning.Models;
using Cairn.Learning.Splits;

namespace Cairn.Unit.Tests.Learning.Models;

/// <summary>A package is data from elsewhere: whatever its bytes, reading it ends in a model or in InvalidDataException, and scoring stays within bounds.</summary>
public class BrokenModelTests
{
    private static readonly Lazy<byte[]> Model = new(() =>
    {
        var trainer = Trainers.Find("xgboost")!;
        var parameters = trainer.Draw(0, 1).ToDictionary(StringComparer.Ordinal);
        parameters["rounds"] = 3;
        return trainer.Fit(new(40, 2, [.. Enumerable.Range(0, 80).Select(i => (float)(i * 7 % 11))]), [.. Enumerable.Range(0, 40).Select(i => (float)(i % 3 / 2))], parameters, 1, 1).Save().Content;
    });

    [Fact]
    public void A_model_that_is_cut_off_is_refused()
    {
        for (var length = 0; length < Model.Value.Length; length += 3)
            Should.Throw<InvalidDataException>(() => new TreeModel("xgboost", Model.Value[..length]));
    }

    [Fact]
    public void A_model_with_changed_bytes_is_refused_or_scores()
    {
        var random = new SplitMix64(11);
        for (var attempt = 0; attempt < 5_000; attempt++)
        {
            var bytes = (byte[])Model.Value.Clone();
            for (var change = 0; change < 1 + attempt % 3; change++) bytes[random.Below(bytes.Length)] = (byte)random.Below(256);
            try
            {
                _ = new TreeModel("xgboost", bytes) is { Features: < 1000 } model && double.IsNaN(model.Score(new float[model.Features]));
            }
            catch (InvalidDataException)
            {
                // Refused: as it should be.
            }
        }
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        byte[] bytes = [(byte)'{', (byte)'i', 1, (byte)'a', .. Enumerable.Repeat((byte)'[', 100_000)];

        Should.Throw<InvalidDataException>(() => new TreeModel("xgboost", bytes)).Message.ShouldContain("nests deeper");
    }

    [Theory]
    [InlineData('D')]
    [InlineData('Z')] // takes no byte of the content, only memory
    public void A_huge_count_is_refused_before_memory_is_taken(char type)
    {
        byte[] bytes = [(byte)'{', (byte)'i', 1, (byte)'a', (byte)'[', (byte)'$', (byte)type, (byte)'#', (byte)'L', 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

        Should.Throw<InvalidDataException>(() => new TreeModel("xgboost", bytes)).Message.ShouldContain("cut off");
    }

    [Fact]
    public void An_algorithm_that_is_not_known_is_refused_with_those_there_are() =>
        Should.Throw<InvalidDataException>(() => FittedModel.Load("svm", [])).Message.ShouldContain("xgboost, random_forest, logistic_regression");
}

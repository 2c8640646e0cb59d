namespace Cairn.Learning.Models;

internal static class Trainers
{
    public static IReadOnlyList<ITrainer> All { get; } = [new XgboostTrainer(), new RandomForestTrainer(), new LogisticRegressionTrainer()];

    public static ITrainer? Find(string algorithm) => All.FirstOrDefault(trainer => trainer.Algorithm == algorithm);
}

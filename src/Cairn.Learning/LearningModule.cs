namespace Cairn.Learning;

/// <summary>Preprocessing, trainers, evaluation, explanation, predictors. Pure functions: nothing to register, nothing to map.</summary>
public static class LearningModule;

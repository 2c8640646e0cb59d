using Cairn.Learning.Slicing;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Learning;

/// <summary>Preprocessing, trainers, evaluation, explanation, predictors: pure functions, nothing to register. What they left in the files of a run is read here.</summary>
public static class LearningModule
{
    public static IEndpointRouteBuilder MapLearning(this IEndpointRouteBuilder routes)
    {
        ListSlices.Map(routes);
        return routes;
    }
}

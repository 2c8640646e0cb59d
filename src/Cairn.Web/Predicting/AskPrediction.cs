using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Predicting;

/// <summary>POST /predict/{deployment}: a prediction like any other, shown with its reasons beside the form.</summary>
internal static class AskPrediction
{
    public static void Map(PageRoutes routes) => routes.Post("/predict/{deployment}", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var name = request.Route("deployment");
        var deployment = await request.Load((api, stop) => api.GetDeploymentAsync(name, stop));
        if (deployment.Value is not { } serving) return ShowPredict.Page(request, deployment, null);
        if (request.Field(RowForm.ModelField) != (serving.PackageDigest ?? "")) return ShowPredict.Page(request, deployment, null, changed: true, StatusCodes.Status409Conflict);

        var form = RowForm.Sent(serving, request);
        var answer = await request.Load((api, stop) => api.PredictAsync(name, form.ToJson(), explain: true, stop));
        if (answer.Problem is { } problem) return ShowPredict.Page(request, deployment, form.With(problem), status: answer.Status);
        return request.Show<PredictPage>(new { Deployment = deployment, Form = form, Answer = await Answered.Of(request, serving, form, answer.Value!) });
    }
}

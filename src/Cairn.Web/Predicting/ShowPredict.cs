using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Predicting;

/// <summary>
/// GET /predict: the form of the only or the default deployment, else the deployments to choose from. GET /predict/{deployment}: its form,
/// begun with an example; with <c>prediction=ID</c>, what was asked then and what was answered.
/// </summary>
internal static class ShowPredict
{
    private const int Enough = 200;

    public static void Map(PageRoutes routes)
    {
        routes.Get("/predict", Choose);
        routes.Get("/predict/{deployment}", Handle);
        routes.Get("/deployments/{deployment}/predict", request => request.GoTo(Address.Predict(request.Route("deployment"))));
    }

    private static async Task<IResult> Choose(PageRequest request)
    {
        if (request.Query("format") == "csv") return new CsvAnswer<DeploymentWire>("deployments.csv", ChooseDeploymentPage.Columns, token => request.Api.ListDeploymentsAsync(Enough, token, request.Cancellation));

        var deployments = await request.Load((api, stop) => api.ListDeploymentsAsync(Enough, request.Listing.PageToken, stop));
        if (deployments.Value is { Items: { Count: > 0 } items } && request.Listing.PageToken is null && (items.Count == 1 ? items[0] : items.FirstOrDefault(deployment => deployment.IsDefault)) is { } one && request.Query("choose") is null)
            return Page(request, await request.Load((api, stop) => api.GetDeploymentAsync(one.Name, stop)), null);
        return request.Show<ChooseDeploymentPage>(new { Deployments = deployments, request.Listing }, deployments.Status);
    }

    private static async Task<IResult> Handle(PageRequest request)
    {
        var name = request.Route("deployment");
        var deployment = request.Load((api, stop) => api.GetDeploymentAsync(name, stop));
        if (request.Query("prediction") is not { } id) return Page(request, await deployment, null);

        var logged = request.Load((api, stop) => api.GetPredictionAsync(id, stop));
        var explained = request.Load((api, stop) => api.ExplainAsync(id, stop));
        if ((await deployment).Value is not { } serving) return Page(request, await deployment, null);
        if ((await logged).Value is not { } found) return request.Refuse((await logged).Problem!);
        if (found.Deployment != name) return request.GoTo($"{Address.Predict(found.Deployment)}?prediction={Uri.EscapeDataString(id)}");

        var form = RowForm.Logged(serving, found);
        var answer = new PredictionWire(found.PredictionId, found.Prediction, found.Probability, found.Threshold, found.Model, found.Version, (await explained).Value?.Explanation);
        return request.Show<PredictPage>(new { Deployment = await deployment, Form = form, Answer = await Answered.Of(request, serving, form, answer) with { At = found.Time } });
    }

    /// <summary>The form with or without its problems, and no answer.</summary>
    public static IResult Page(PageRequest request, Loaded<DeploymentWire> deployment, RowForm? form, bool changed = false, int? status = null) => request.Show<PredictPage>(
        new { Deployment = deployment, Form = form ?? (deployment.Value is { } serving ? RowForm.Begin(serving) : null), Changed = changed }, status ?? deployment.Status);
}

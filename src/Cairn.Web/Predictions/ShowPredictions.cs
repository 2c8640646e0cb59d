using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Predictions;

/// <summary>GET /predictions, /deployments/{name}/predictions: the log, newest first, by entity, time, variant and version. An id leads to its prediction.</summary>
internal static class ShowPredictions
{
    private const int Shown = 50, Exported = 1000;

    public static void Map(PageRoutes routes)
    {
        routes.Get("/predictions", request => Handle(request, null));
        routes.Get("/deployments/{name}/predictions", request => Handle(request, request.Route("name")));
    }

    private static async Task<IResult> Handle(PageRequest request, string? name)
    {
        if (request.Query("id") is { } asked && LogQuestion.Id(asked) is { } id) return request.GoTo(Address.Prediction(id));
        var question = LogQuestion.Read(request, name);
        if (request.Query("format") == "csv" && question.IsReadable)
            return new CsvAnswer<LoggedPredictionWire>("predictions.csv", PredictionsPage.Columns, token => request.Api.ListPredictionsAsync(question.Which, Exported, token, request.Cancellation));

        var deployment = name is null ? null : request.Load((api, stop) => api.GetDeploymentAsync(name, stop));
        var predictions = question.IsReadable
            ? request.Load((api, stop) => api.ListPredictionsAsync(question.Which, Shown, request.Listing.PageToken, stop))
            : Task.FromResult(new Loaded<Page<LoggedPredictionWire>>(new([]), null));
        if (deployment is not null && (await deployment).Problem is { Status: 404 } unknown) return request.Refuse(unknown);
        return request.Show<PredictionsPage>(
            new { Deployment = deployment is null ? null : (await deployment).Value, Question = question, Predictions = await predictions, request.Listing },
            question.IsReadable ? (await predictions).Status : StatusCodes.Status400BadRequest);
    }
}

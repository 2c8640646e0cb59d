using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Predictions;

/// <summary>GET /predictions, /deployments/{name}/predictions: the log, newest first, by entity, time, variant and version. An id leads to its prediction.</summary>
/// <remarks>Whoever is looked for by name may stand anywhere in the log, so what is found comes as a part: <c>part=rows</c>; <c>rows=now</c> waits for it.</remarks>
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
            return new CsvAnswer<LoggedPredictionWire>("predictions.csv", LogTable.Columns, token => request.Api.ListPredictionsAsync(question.Which, Exported, token, request.Cancellation));
        if (request.Query("part") == "rows") return request.Show<LogTable>(new { Question = question, Predictions = await Find(request, question), request.Listing });

        var deployment = name is null ? null : request.Load((api, stop) => api.GetDeploymentAsync(name, stop));
        var predictions = question is { IsReadable: true, Which.Entity: not null } && request.Query("rows") != "now" ? null : Find(request, question);
        if (deployment is not null && (await deployment).Problem is { Status: 404 } unknown) return request.Refuse(unknown);
        var found = predictions is null ? null : await predictions;
        return request.Show<PredictionsPage>(
            new { Deployment = deployment is null ? null : (await deployment).Value, Question = question, Predictions = found, request.Listing },
            question.IsReadable ? found?.Status ?? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }

    /// <summary>Nothing for a question that cannot be read: what is wrong stands beside its fields.</summary>
    private static Task<Loaded<Page<LoggedPredictionWire>>> Find(PageRequest request, LogQuestion question) => question.IsReadable
        ? request.Load((api, stop) => api.ListPredictionsAsync(question.Which, Shown, request.Listing.PageToken, stop))
        : Task.FromResult(new Loaded<Page<LoggedPredictionWire>>(new([]), null));
}

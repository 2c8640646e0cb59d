using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Predicting;

/// <summary>POST /predict/{deployment}/what-if: what the champion would answer to values that somebody tries. Nothing is predicted. With <c>part=answer</c> the answer alone, for the sliders.</summary>
internal static class AskWhatIf
{
    public static void Map(PageRoutes routes) => routes.Post("/predict/{deployment}/what-if", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var name = request.Route("deployment");
        var deployment = await request.Load((api, stop) => api.GetDeploymentAsync(name, stop));
        var isPart = request.Query("part") == "answer";
        if (deployment.Value is not { } serving) return isPart ? Part(request, null, deployment.Problem) : ShowPredict.Page(request, deployment, null);
        if (request.Field(RowForm.ModelField) != (serving.PackageDigest ?? ""))
            return isPart ? request.Show<WhatIfAnswer>(new { Changed = true }) : ShowPredict.Page(request, deployment, null, changed: true, StatusCodes.Status409Conflict);

        var form = RowForm.Sent(serving, request);
        var told = await request.Load((api, stop) => api.AskWhatIfAsync(name, new WhatIfQuestion([form.ToElement()], Explain: !isPart), stop));
        if (isPart) return Part(request, told.Value, told.Problem);
        if (told.Problem is { } problem) return ShowPredict.Page(request, deployment, form.With(problem), status: told.Status);
        return request.Show<PredictPage>(new { Deployment = deployment, Form = form, Tried = told.Value, From = From(request) });
    }

    private static IResult Part(PageRequest request, WhatIfWire? told, Problem? problem) => request.Show<WhatIfAnswer>(new { Told = told, Problem = problem, From = From(request) });

    /// <summary>What the trying began with.</summary>
    private static double? From(PageRequest request) => double.TryParse(request.Field("from"), CultureInfo.InvariantCulture, out var before) ? before : null;
}

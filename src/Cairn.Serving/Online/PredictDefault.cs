using Cairn.Access;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Variants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Online;

/// <summary>POST /api/v1/predict: the only deployment, else the one marked default, else 409 with the names.</summary>
internal static class PredictDefault
{
    public static void Map(IEndpointRouteBuilder routes) => Predict.Describe(routes
        .MapPost("/api/v1/predict", Handle)
        .WithName(nameof(PredictDefault)).WithSummary("Predict with the only or the default deployment: one row or many"))
        .AddShortWay(routes, (_, caller, live) => live.FindDefault(caller.Workspace));

    private static Task Handle(Caller caller, HttpContext context, LiveDeployments live, TimeProvider clock, PredictionLog log, Admission admission, ShadowQueue shadows, bool explain = false) =>
        Predict.Answer(context, live.FindDefault(caller.Workspace), caller, explain, clock, log, admission, shadows);
}

using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Predictions;

/// <summary>POST /predictions/{id}: recomputes the prediction from stored bytes and shows the comparison on its page. It changes nothing.</summary>
internal static class ReplayPrediction
{
    public static void Map(PageRoutes routes) => routes.Post("/predictions/{id}", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var replay = await request.Load((api, stop) => api.ReplayAsync(request.Route("id"), stop));
        return await ShowPrediction.Handle(request, replay);
    }
}

using Cairn.Client.Wire;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Operations;

/// <summary>GET /system/audit: who changed what, newest first; with <c>format=csv</c> all of it.</summary>
internal static class ShowAudit
{
    private const int Shown = 50, Exported = 1000;

    public static void Map(PageRoutes routes) => routes.Get("/system/audit", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        if (request.Query("format") == "csv")
            return new CsvAnswer<AuditEntry>("audit.csv", AuditPage.Columns, token => request.Api.ListAuditAsync(Exported, token, request.Cancellation));
        var entries = await request.Load((api, stop) => api.ListAuditAsync(Shown, request.Listing.PageToken, stop));
        return request.Show<AuditPage>(new { Entries = entries, request.Listing }, entries.Status);
    }
}

using Cairn.Client.Wire;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Data;

/// <summary>
/// GET /datasets/{name}/versions/{version}: what its columns hold; /schema: the contract it kept; /rows: the rows themselves, with <c>format=csv</c> all of them. The version by number or by the start of its digest.
/// </summary>
/// <remarks>A profile reads every column when it is asked for the first time, so it comes as a part: <c>part=profile</c>; <c>profile=now</c> waits for it.</remarks>
internal static class ShowDatasetVersion
{
    private const string Pattern = "/datasets/{name}/versions/{version}";

    private const int Shown = 50, Exported = 50_000;

    public static void Map(PageRoutes routes)
    {
        routes.Get(Pattern, request => Handle(request));
        routes.Get(Pattern + "/schema", request => Handle(request, schema: true));
        routes.Get(Pattern + "/rows", request => Handle(request, rows: true));
    }

    private static async Task<IResult> Handle(PageRequest request, bool schema = false, bool rows = false)
    {
        var (name, version) = (request.Route("name"), request.Route("version"));
        var order = ProfileOrder.Of(request.Query("order"));
        var profile = request.Query("part") == "profile" || request.Query("profile") == "now" ? request.Load((api, stop) => api.GetDatasetProfileAsync(name, version, stop)) : null;
        if (request.Query("part") == "profile") return request.Show<ProfilePart>(new { Profile = await profile!, Order = order, Path = request.Context.Request.Path.Value });

        var found = request.Load((api, stop) => api.GetDatasetVersionAsync(name, version, stop));
        if (rows && request.Query("format") == "csv") return (await found).Value is { } whole ? Rows(request, name, whole) : request.Refuse((await found).Problem!);

        var listed = rows ? request.Load((api, stop) => api.ListDatasetRowsAsync(name, version, Shown, request.Listing.PageToken, stop)) : null;
        var project = request.Load(async (api, stop) => new Page<ProjectWire>(await api.FindProjectAsync(name, stop) is { } one ? [one] : []));
        return request.Show<DatasetVersionPage>(
            new
            {
                Name = name, Version = await found, Project = (await project).Value is { Items: [var one, ..] } ? one : null, Schema = schema, Rows = listed is null ? null : await listed,
                Profile = profile is null ? null : await profile, Order = order, request.Listing,
            },
            (await found).Status);
    }

    /// <summary>Without personal data, as the page has them.</summary>
    private static CsvAnswer<DatasetRowWire> Rows(PageRequest request, string name, DatasetVersionWire version) => new(
        $"rows-v{version.Version}.csv",
        [.. version.Columns.Select((column, at) => (column, at)).Where(one => !one.column.Pii).Select(one => new Column<DatasetRowWire>(one.column.Name, one.column.Name, row => row.Values[one.at]))],
        token => request.Api.ListDatasetRowsAsync(name, version.Digest, Exported, token, request.Cancellation));
}

/// <summary>In which order columns are shown.</summary>
public sealed record ProfileOrder(string Key, string Title)
{
    public static IReadOnlyList<ProfileOrder> All { get; } = [new("auc", "AUC alone"), new("file", "as in the file"), new("missing", "missing")];

    public static ProfileOrder Of(string? key) => All.FirstOrDefault(order => order.Key == key) ?? All[0];

    public IEnumerable<ColumnProfileWire> Apply(IReadOnlyList<ColumnProfileWire> columns) => Key switch
    {
        "auc" => columns.OrderByDescending(column => column.AucAlone ?? 0),
        "missing" => columns.OrderByDescending(column => column.Missing),
        _ => columns,
    };
}

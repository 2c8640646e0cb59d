using System.Text;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Predicting;

/// <summary>GET /predict/{deployment}/batch: which columns a file needs. POST: the file again with an answer behind each row, as a download that begins at once.</summary>
internal static class ScoreFile
{
    public const string FileField = "file", ReasonsField = "reasons";

    public static void Map(PageRoutes routes)
    {
        routes.Get("/predict/{deployment}/batch", Form);
        routes.PostFile("/predict/{deployment}/batch", Score);
    }

    private static async Task<IResult> Form(PageRequest request)
    {
        var name = request.Route("deployment");
        return Page(request, await request.Load((api, stop) => api.GetDeploymentAsync(name, stop)));
    }

    private static async Task<IResult> Score(PageRequest request)
    {
        var name = request.Route("deployment");
        var deployment = await request.Load((api, stop) => api.GetDeploymentAsync(name, stop));
        if (deployment.Value?.Inputs is null) return Page(request, deployment);
        if (request.File is not { } file) return Wrong("found no file, expected a CSV file with a header line");

        var text = new StreamReader(await Keep(file, request), new UTF8Encoding(false, throwOnInvalidBytes: true));
        request.Context.Response.RegisterForDispose(text);
        var csv = new CsvRecords(text);
        try
        {
            if (await csv.ReadAsync(request.Cancellation) is not { } header) return Wrong("found an empty file, expected a header line and rows");
            if (header.GroupBy(column => column, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice) return Wrong($"found the column {Format.Clip(twice.Key, 60)} twice, expected every column once");
            var missing = deployment.Value.Inputs.Where(input => input.Required && !header.Contains(input.Name, StringComparer.Ordinal)).Select(input => Format.Clip(input.Name, 60)).ToList();
            if (missing.Count > 0) return Wrong($"found the columns {Format.Clip(string.Join(", ", header), 300)}; expected also {Format.Clip(string.Join(", ", missing), 300)}");

            var answer = new ScoredCsv(request, deployment.Value, header, csv, request.Field(ReasonsField).Length > 0);
            return await answer.Begin() is { } declined ? Wrong(declined) : answer;
        }
        catch (Exception broken) when (broken is InvalidDataException or DecoderFallbackException)
        {
            return Wrong(broken is DecoderFallbackException ? "found bytes that are not UTF-8, expected a CSV file in UTF-8" : $"{broken.Message}; expected CSV as in RFC 4180");
        }

        IResult Wrong(string problem) => Page(request, deployment, problem, StatusCodes.Status400BadRequest);
    }

    /// <summary>A browser reads no answer before it has sent everything, so the file waits on the disk; it goes with its request, also after a kill.</summary>
    private static async Task<Stream> Keep(Upload file, PageRequest request)
    {
        var kept = new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
            new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Delete, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        request.Context.Response.RegisterForDispose(kept);
        File.Delete(kept.Name); // Linux keeps what is open
        await file.Body.CopyToAsync(kept, request.Cancellation);
        kept.Position = 0;
        return kept;
    }

    private static IResult Page(PageRequest request, Loaded<DeploymentWire> deployment, string? problem = null, int? status = null) =>
        request.Show<BatchPage>(new { Deployment = deployment, Problem = problem }, status ?? deployment.Status);
}

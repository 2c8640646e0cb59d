using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Truth;

/// <summary>POST /api/v1/outcomes/import: a CSV or Parquet file of outcomes, of any length. Sending it again goes on where it stopped, or changes nothing.</summary>
internal static class ImportOutcomes
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/outcomes/import", Handle)
        .WithName(nameof(ImportOutcomes)).WithSummary("Import a CSV or Parquet file of outcomes").WithTags("Outcomes")
        .WithDescription("The body is the file. The query names its columns: value, and either prediction_id, or entity with time. Answered by lines of JSON while it goes on; the last says done, or has a problem: what was counted until then is stored.")
        .Accepts<IFormFile>("text/csv", "application/vnd.apache.parquet", "*/*")
        .Produces<OutcomeImportWire>(StatusCodes.Status200OK, "application/x-ndjson")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .WithMetadata(new AnySize())
        .Requires(Permission.PredictionsWrite).DataPlane();

    private static async Task Handle(
        HttpContext context, Caller caller, OutcomeFiles files, Analytics analytics, string? deployment, string? prediction_id, string? entity, string? value, string? time, string? timezone, bool correction = false)
    {
        var (cancellation, lines) = (context.RequestAborted, new Lines(context.Response));
        try
        {
            var columns = files.Check(caller.Workspace, new(value ?? "", prediction_id, entity, time, timezone, correction, deployment));
            // It is read more than once, so it has to lie somewhere: in the folder of a job, which goes with it, also after a kill.
            var taken = columns.Refusal is { } wrong ? wrong : await analytics.Run([], async job =>
            {
                var path = Path.Combine(job.Folder, "outcomes");
                var file = File.Create(path);
                await using (file) await context.Request.Body.CopyToAsync(file, cancellation);
                return await files.Take(caller, path, columns.Value, (state, _) => lines.Tell(state, cancellation), cancellation);
            }, cancellation);
            await (taken.Refusal is { } refusal ? lines.End(refusal, cancellation) : lines.Tell(taken.Value, cancellation));
        }
        catch (StorageException e)
        {
            await lines.End(e.ToRefusal(), cancellation);
        }
        catch (IOException e) when (e is not BadHttpRequestException && !cancellation.IsCancellationRequested)
        {
            await lines.End(new Refusal.Unavailable("outcome.import-failed", $"The machine could not take the file: {e.Message} Send it again when there is room; what was stored stays."), cancellation);
        }
    }

    /// <summary>The answer: what was counted so far, told as it goes on. A problem of before the first line is the whole answer.</summary>
    private sealed class Lines(HttpResponse response)
    {
        private OutcomeImportWire _last = new(0, new Dictionary<string, long>(StringComparer.Ordinal), [], Done: false);

        public Task End(Refusal refusal, CancellationToken cancellation) =>
            response.HasStarted ? Tell(_last with { Problem = refusal.ToWire() }, cancellation) : refusal.ToProblem().ExecuteAsync(response.HttpContext);

        public async Task Tell(OutcomeImportWire state, CancellationToken cancellation)
        {
            _last = state;
            if (!response.HasStarted) response.ContentType = "application/x-ndjson";
            await response.Body.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(state, CairnJson.Options), (byte)'\n'], cancellation);
            await response.Body.FlushAsync(cancellation);
        }
    }

    private sealed class AnySize : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => null;
    }
}

using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Truth;

/// <summary>POST /api/v1/outcomes/import: a CSV or Parquet file of outcomes, of any length. Sending it again goes on where it stopped, or changes nothing.</summary>
internal static class ImportOutcomes
{
    private const int MostRefused = 20;

    /// <value>For each piece the predictions of its period are gone through once.</value>
    private const int RowsAtOnce = 500_000;

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
        HttpContext context, Caller caller, LiveDeployments live, OutcomeIntake intake, RowSources sources, Analytics analytics, TimeProvider clock, string? deployment, string? prediction_id, string? entity, string? value,
        string? time, string? timezone, bool correction = false)
    {
        var (cancellation, import) = (context.RequestAborted, new Import(context.Response));
        try
        {
            var found = deployment is null ? live.FindDefault(caller.Workspace) : live.Find(caller.Workspace, deployment);
            var columns = found.Refusal is { } unknown ? unknown : Columns(found.Value.Row.Name, prediction_id, entity, value, time, timezone, correction);
            var refusal = columns.Refusal ?? await analytics.Run([], job => Run(job, context.Request.Body, columns.Value, caller, intake, sources, analytics, clock, import, cancellation), cancellation);
            await import.End(refusal, cancellation);
        }
        catch (InvalidDataException e)
        {
            await import.End(new Refusal.Invalid("outcome.file-invalid", $"The file cannot be read: {e.Message}"), cancellation);
        }
        catch (StorageException e)
        {
            await import.End(e.ToRefusal(), cancellation);
        }
        catch (IOException e) when (e is not BadHttpRequestException && !cancellation.IsCancellationRequested)
        {
            await import.End(new Refusal.Unavailable("outcome.import-failed", $"The machine could not take the file: {e.Message} Send it again when there is room; what was stored stays."), cancellation);
        }
    }

    private static Answer<OutcomeColumns> Columns(string deployment, string? predictionId, string? entity, string? value, string? time, string? timezone, bool correction)
    {
        if (string.IsNullOrEmpty(value)) return new Refusal.Invalid("outcome.columns", "No column of values was named. Say which has the class: value=Churn.");
        if (string.IsNullOrEmpty(predictionId) == string.IsNullOrEmpty(entity))
            return new Refusal.Invalid("outcome.columns", "Name the column of the prediction (prediction_id=...), or that of the entity (entity=..., with time=...): one of the two.");
        if (string.IsNullOrEmpty(predictionId) && string.IsNullOrEmpty(time))
            return new Refusal.Invalid("outcome.columns", "Outcomes by entity need the column that says when they became true: time=...");
        var zone = TimeZoneInfo.Utc;
        if (timezone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(timezone, out zone!))
            return new Refusal.Invalid("outcome.timezone", $"There is no time zone '{timezone}'. Name one as Europe/Berlin; left out, it is UTC.");
        return new OutcomeColumns(deployment, string.IsNullOrEmpty(predictionId) ? null : predictionId, entity, value, string.IsNullOrEmpty(time) ? null : time, correction, zone);
    }

    private static async Task<Refusal?> Run(
        AnalyticsJob job, Stream body, OutcomeColumns columns, Caller caller, OutcomeIntake intake, RowSources sources, Analytics analytics, TimeProvider clock, Import import, CancellationToken cancellation)
    {
        // It is read more than once, so it has to lie somewhere: in the folder of a job, which goes with it, also after a kill.
        var path = Path.Combine(job.Folder, "outcomes");
        var file = File.Create(path);
        await using (file) await body.CopyToAsync(file, cancellation);

        var opened = await sources.Open([path], columns.Contracts, RowsAtOnce, cancellation);
        return opened.Refusal ?? await analytics.Run(
            [path],
            async reading =>
            {
                foreach (var piece in new OutcomeFile(reading, opened.Value, columns).Pieces(clock.Micros()))
                {
                    import.Add(await intake.Take(caller, "", piece, cancellation));
                    await import.Tell(done: false, null, cancellation);
                }

                return (Refusal?)null;
            },
            cancellation);
    }

    /// <summary>What was counted so far, told as it goes on.</summary>
    private sealed class Import(HttpResponse response)
    {
        private readonly ReceiptCounts _counts = new();
        private readonly List<RefusedOutcomeWire> _refused = [];
        private long _rows;

        public void Add(Receipt[] receipts)
        {
            foreach (var receipt in receipts)
            {
                _rows++;
                _counts.Add(receipt);
                if (receipt.Problem is { } problem && _refused.Count < MostRefused) _refused.Add(new(_rows, problem.Code, problem.Detail));
            }
        }

        public Task End(Refusal? refusal, CancellationToken cancellation) =>
            refusal is null || response.HasStarted ? Tell(done: refusal is null, refusal, cancellation) : refusal.ToProblem().ExecuteAsync(response.HttpContext);

        public async Task Tell(bool done, Refusal? problem, CancellationToken cancellation)
        {
            if (!response.HasStarted) response.ContentType = "application/x-ndjson";
            await response.Body.WriteAsync(
                (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(new OutcomeImportWire(_rows, _counts.ToWire(), [.. _refused], done, problem?.ToWire()), CairnJson.Options), (byte)'\n'], cancellation);
            await response.Body.FlushAsync(cancellation);
        }
    }

    private sealed class AnySize : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => null;
    }
}

using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Online;

/// <summary>
/// POST /api/v1/deployments/{name}/what-if: what the champion would answer. It is no prediction: it has no id, the log does not hold
/// it and no variant counts it, so that trying values does not look like traffic. The quota counts its rows.
/// </summary>
internal static class WhatIf
{
    private const int MostRows = 500, MostExplained = 50;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/deployments/{name}/what-if", Handle)
        .WithName(nameof(WhatIf)).WithSummary("What the champion would answer, without predicting").WithTags("Serving")
        .WithDescription($"Takes up to {MostRows} rows, {MostExplained} with explain. They keep the same contract as those of a prediction; the answers have no id and are not logged.")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .Requires(Permission.Predict).StoresNothing();

    private static async Task<Results<Ok<WhatIfWire>, ProblemHttpResult>> Handle(string name, WhatIfQuestion question, Caller caller, HttpContext context, LiveDeployments live, Admission admission)
    {
        if (await admission.Enter(context, caller) is { } over) return over.ToProblem();
        var found = live.Find(caller.Workspace, name);
        if (found.Refusal is { } missing) return missing.ToProblem();
        if (question.Rows is null or { Count: 0 }) return new Refusal.Invalid("predict.no-rows", "The question holds no rows. Send {\"rows\": [{...}]}.").ToProblem();
        var most = question.Explain ? MostExplained : MostRows;
        if (question.Rows.Count > most)
            return new Refusal.TooLarge("predict.too-many-rows", $"{question.Rows.Count} rows were asked about; at most {most} are answered at once{(question.Explain ? " with explain" : "")}. Ask in several requests.").ToProblem();
        var routed = await found.Value.Route(context.RequestAborted);
        if (routed.Refusal is { } nothing) return nothing.ToProblem();

        using var inFlight = admission.Begin();
        var answered = Answer(routed.Value.Champion, question);
        if (answered.Refusal is { } refusal) return refusal.ToProblem();
        return admission.Charge(context, caller, question.Rows.Count) is { } spent ? spent.ToProblem() : TypedResults.Ok(answered.Value);
    }

    private static Answer<WhatIfWire> Answer(ServedModel champion, WhatIfQuestion question)
    {
        var (predictor, problems, answers) = (champion.Package.Predictor, new RowProblems(), new List<WhatIfAnswerWire>());
        var row = champion.Package.Rows.Get();
        row.EntityName = [];
        try
        {
            for (var i = 0; i < question.Rows.Count && !problems.Full; i++)
            {
                var bytes = question.Rows[i].ValueKind is JsonValueKind.Undefined ? "null"u8 : JsonMarshal.GetRawUtf8Value(question.Rows[i]);
                if (!Utf8.IsValid(bytes)) return new Refusal.Invalid("request.malformed", $"The body cannot be read: the row $.rows[{i}] is not UTF-8."); // no reader of JSON looks
                var json = new Utf8JsonReader(bytes);
                json.Read();
                if (predictor.Read(ref json, row, $"$.rows[{i}]") is { } refusal)
                {
                    problems.Note(refusal);
                    continue;
                }

                var probability = predictor.Score(row);
                answers.Add(new(champion.IsPositive(probability) ? predictor.Positive : predictor.Negative, probability, question.Explain ? predictor.Explain(row) : null));
            }
        }
        finally
        {
            champion.Package.Rows.Return(row);
        }

        return problems.Any ? problems.ToRefusal() : new WhatIfWire(champion.Model, champion.Version, predictor.Threshold, answers);
    }
}

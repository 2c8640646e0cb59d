using System.Text.Json;
using Cairn.Access;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Online;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Cairn.Serving.Protocols;

/// <summary>
/// POST /invocations and /deployments/{name}/invocations: what MLflow's scoring server takes and answers. A row of the answer is
/// what the signature of the model promises: prediction and probability.
/// </summary>
internal static class Invoke
{
    private const string DeploymentHeader = "Cairn-Deployment";

    private static readonly JsonEncodedText
        Predictions = JsonEncodedText.Encode("predictions"),
        Prediction = JsonEncodedText.Encode("prediction"),
        Probability = JsonEncodedText.Encode("probability"),
        Ids = JsonEncodedText.Encode("prediction_ids");

    public static void Map(IEndpointRouteBuilder routes)
    {
        Describe(routes.MapPost("/invocations", Default).WithName(nameof(Invoke)).WithSummary("Predict as MLflow's scoring server does, with the default deployment or the one named"));
        Describe(routes.MapPost("/deployments/{name}/invocations", Named).WithName("InvokeDeployment").WithSummary("Predict as MLflow's scoring server does"));
    }

    private static void Describe(RouteHandlerBuilder route) => route
        .WithTags("Protocols")
        // No Accepts: routing would refuse other media types before the endpoint can, in another shape.
        .WithDescription("Takes dataframe_split, dataframe_records, inputs or instances as application/json, or text/csv. Answers {\"predictions\": [{\"prediction\", \"probability\"}], \"prediction_ids\": [...]}; errors are {\"error_code\", \"message\", \"code\"}.")
        .Requires(Permission.Predict).DataPlane().ErrorsAs(MlflowError.Of);

    private static Task Default(Caller caller, HttpContext context, LiveDeployments live, string? deployment = null)
    {
        var name = deployment ?? (string?)context.Request.Headers[DeploymentHeader];
        return Answer(context, string.IsNullOrEmpty(name) ? live.FindDefault(caller.Workspace) : live.Find(caller.Workspace, name), caller);
    }

    private static Task Named(string name, Caller caller, HttpContext context, LiveDeployments live) =>
        Answer(context, live.Find(caller.Workspace, name), caller);

    private static Task Answer(HttpContext context, Answer<LiveDeployment> deployment, Caller caller)
    {
        var read = ReaderOf(context.Request.ContentType);
        return read.Refusal is { } unsupported ? context.Refuse(unsupported) : ProtocolRequest.Answer(context, deployment, caller, read.Value, Write);
    }

    private static Answer<ProtocolRequest.ReadRows> ReaderOf(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type)) return Unsupported($"'{contentType}'");
        foreach (var parameter in type.Parameters)
        {
            if (!parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase)) return Unsupported($"the parameter {parameter}");
            if (!HeaderUtilities.RemoveQuotes(parameter.Value).Equals("utf-8", StringComparison.OrdinalIgnoreCase)) return Unsupported($"{parameter}");
        }

        if (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)) return (ProtocolRequest.ReadRows)MlflowRows.Read;
        return type.MediaType.Equals("text/csv", StringComparison.OrdinalIgnoreCase) ? (ProtocolRequest.ReadRows)CsvRows.Read : Unsupported($"'{type.MediaType}'");
    }

    private static Refusal.Unsupported Unsupported(string found) =>
        new("request.media-type", $"This endpoint takes application/json and text/csv, in UTF-8 (found {found}). Set the header Content-Type.");

    private static void Write(Utf8JsonWriter json, RowAnswers rows)
    {
        json.WriteStartObject();
        json.WriteStartArray(Predictions);
        foreach (var answer in rows.Answers)
        {
            json.WriteStartObject();
            json.WriteString(Prediction, answer.Prediction);
            json.WriteNumber(Probability, answer.Probability);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray(Ids);
        Span<char> digits = stackalloc char[32];
        foreach (var answer in rows.Answers)
        {
            answer.Id.TryFormat(digits, out _, "N");
            json.WriteStringValue(digits);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}

using System.Text.Json;
using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Tracking.Mlflow.Protocol;

/// <summary>
/// What MLflow's clients are told instead of an answer. Thrown, not returned: it comes out of the middle of a body that is being read, or of
/// a transaction that must not be kept. Never a status of 500 or more: a client repeats such a request for minutes.
/// </summary>
internal sealed class MlflowException(int status, string code, string message) : Exception(message)
{
    private const string SeeDocs = "See the API docs for more information about request parameters.";

    public int Status => status;

    public string Code => code;

    public static MlflowException Invalid(string message) => new(400, "INVALID_PARAMETER_VALUE", message);

    public static MlflowException Missing(string message) => new(404, "RESOURCE_DOES_NOT_EXIST", message);

    public static MlflowException Exists(string message) => new(400, "RESOURCE_ALREADY_EXISTS", message);

    public static MlflowException Required(string parameter) => Invalid($"Missing value for required parameter '{parameter}'. {SeeDocs}");

    /// <param name="json">The value as it stood in the request.</param>
    /// <param name="type">What Python calls its type.</param>
    public static MlflowException WrongType(string json, string parameter, string type) =>
        Invalid($"Invalid value {json} for parameter '{parameter}' supplied:  Hint: Value was of type '{type}'. {SeeDocs}");

    public static MlflowException TooLong(string what, int longest) => Invalid($"'{what}' exceeds the maximum length of {longest} characters");

    /// <summary>A refusal of the rules that both protocols share.</summary>
    public static MlflowException Of(Refusal refusal) => refusal switch
    {
        Refusal.Missing => Missing(refusal.Detail),
        Refusal.Forbidden => new(403, "PERMISSION_DENIED", refusal.Detail),
        Refusal.Conflict { Code: "experiment.name-taken" } => Exists(refusal.Detail),
        Refusal.Conflict => new(409, "RESOURCE_CONFLICT", refusal.Detail),
        Refusal.Unavailable => new(503, "TEMPORARILY_UNAVAILABLE", refusal.Detail),
        _ => Invalid(refusal.Detail),
    };

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("error_code"u8, code);
        json.WriteString("message"u8, Message);
        json.WriteEndObject();
    }
}

/// <summary>The same shape for what is refused before an endpoint of MLflow's paths is reached.</summary>
internal sealed record MlflowProblem(string ErrorCode, string Message)
{
    public static MlflowProblem Of(Problem problem) => new(
        problem.Status switch
        {
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "ENDPOINT_NOT_FOUND",
            409 => "RESOURCE_CONFLICT",
            429 => "REQUEST_LIMIT_EXCEEDED",
            503 => "TEMPORARILY_UNAVAILABLE",
            504 => "DEADLINE_EXCEEDED",
            >= 500 => "INTERNAL_ERROR",
            _ => "BAD_REQUEST",
        },
        problem.Detail);
}

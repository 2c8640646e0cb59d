using Cairn.Client.Wire;

namespace Cairn.Serving.Protocols;

/// <summary>What MLflow's clients read from an answer that is none; <see cref="Code"/> is Cairn's own.</summary>
internal sealed record MlflowError(string ErrorCode, string Message, string Code)
{
    public static MlflowError Of(Problem problem) => new(
        problem.Status switch
        {
            403 => "PERMISSION_DENIED",
            404 => "RESOURCE_DOES_NOT_EXIST",
            409 => "RESOURCE_CONFLICT",
            429 => "REQUEST_LIMIT_EXCEEDED",
            503 => "TEMPORARILY_UNAVAILABLE",
            504 => "DEADLINE_EXCEEDED",
            >= 500 => "INTERNAL_ERROR",
            _ => "BAD_REQUEST",
        },
        problem.Detail, problem.Code);
}

using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Serving.Protocols;

/// <summary>An error as the Open Inference Protocol has it.</summary>
internal sealed record InferenceError(string Error)
{
    public static InferenceError Of(Problem problem) => new(problem.Detail);

    public static Refusal Binary() => new Refusal.Unsupported(
        "inference.binary-data", "The data stands outside of the JSON (binary data or shared memory), an extension this server does not have. Send it as JSON: with tritonclient, set_data_from_numpy(..., binary_data=False).");

    public static Refusal NoVersion(string deployment, string asked, long serves) => new Refusal.Missing(
        "inference.version-not-served", $"The deployment {deployment} serves version {serves}, not {asked}. Leave the version out to ask the one that serves.");
}

using System.Buffers;
using Cairn.Kernel;

namespace Cairn.Serving.Live;

internal static class DeploymentName
{
    private const int Longest = 100;
    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    /// <summary>Null: the name may stand in a URL and in a configuration file as it is.</summary>
    public static Refusal? Check(string? name) =>
        name is { Length: > 0 and <= Longest } && name.AsSpan().IndexOfAnyExcept(Allowed) < 0 && name.Any(char.IsAsciiLetterOrDigit)
            ? null
            : new Refusal.Invalid("deployment.name-invalid", $"'{name}' cannot name a deployment. It takes 1 to {Longest} letters, digits, '-', '_' and '.', with at least one letter or digit.");
}

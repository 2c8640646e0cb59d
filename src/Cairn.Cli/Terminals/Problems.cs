using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Cli.Terminals;

/// <summary>Problems that the command line itself finds, in the shape of those that a server sends.</summary>
internal static class Problems
{
    public static Problem Of(string code, string detail) => new("about:blank", code, 0, detail, code);

    public static Problem Of(Refusal refusal) =>
        Of(refusal.Code, refusal.Detail) with { Errors = [.. refusal.Fields.Select(f => new ProblemField(f.Field, f.Found, f.Expected))] };
}

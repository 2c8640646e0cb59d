using Cairn.Client.Wire;

namespace Cairn.Client;

/// <summary>The server declined, or did not answer as a Cairn server does. <see cref="Problem"/> says what and what to do.</summary>
public sealed class CairnException : Exception
{
    public CairnException(Problem problem, Exception? cause = null) : base(problem?.Detail, cause) =>
        Problem = problem ?? throw new ArgumentNullException(nameof(problem));

    /// <value>As sent by the server; codes that start with <c>client.</c> were made here because no answer of a Cairn server arrived.</value>
    public Problem Problem { get; }

    public string Code => Problem.Code;
}

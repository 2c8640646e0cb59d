using Cairn.Client.Wire;

namespace Cairn.Web.Routing;

/// <summary>What a part of a page shows: a value, or the problem the API answered with. One part that fails leaves the others standing.</summary>
public sealed record Loaded<T>(T? Value, Problem? Problem) where T : class
{
    /// <value>What a page answers whose subject this is.</value>
    public int Status => Problem switch { null => 200, { Status: >= 400 and < 600 and var status } => status, _ => 502 };
}

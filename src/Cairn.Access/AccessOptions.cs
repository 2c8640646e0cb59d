namespace Cairn.Access;

/// <summary>Who may be spoken to by which name.</summary>
public sealed record AccessOptions
{
    /// <value>
    /// Host names besides <c>localhost</c>, <c>127.0.0.1</c> and <c>[::1]</c> that a request over TCP may ask for: the guard against pages
    /// that point a name of their own at this machine. Null: any (an address that is not loopback, opened on purpose).
    /// </value>
    public IReadOnlyList<string>? Hosts { get; init; } = [];
}

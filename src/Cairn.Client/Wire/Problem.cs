namespace Cairn.Client.Wire;

/// <summary>RFC 9457 problem details as Cairn writes them.</summary>
public sealed record Problem(string Type, string Title, int Status, string Detail, string Code, string? TraceId = null, IReadOnlyList<ProblemField>? Errors = null);

public sealed record ProblemField(string Field, string Found, string Expected);

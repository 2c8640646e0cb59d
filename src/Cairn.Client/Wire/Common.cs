namespace Cairn.Client.Wire;

/// <summary>One page of a list, newest first unless the list says otherwise. No token: this is the last page.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextPageToken = null);

/// <summary>RFC 9457 problem details as Cairn writes them.</summary>
public sealed record Problem(string Type, string Title, int Status, string Detail, string Code, string? TraceId = null, IReadOnlyList<ProblemField>? Errors = null);

public sealed record ProblemField(string Field, string Found, string Expected);

/// <param name="StartedAt">Microseconds UTC, as all times on the wire.</param>
public sealed record About(string Version, string Home, string Database, long StartedAt, string Workspace, string Caller, string? Url);

public sealed record DoctorReport(bool Healthy, IReadOnlyList<DoctorCheck> Checks);

/// <param name="State"><c>ok</c>, <c>warn</c> or <c>bad</c>.</param>
/// <param name="Advice">What to do; empty when all is well.</param>
public sealed record DoctorCheck(string Name, string State, string Found, string Advice = "");

public sealed record AuditEntry(long Id, long Time, string Caller, string Action, string Subject, string Detail);

public sealed record EventEntry(long Id, long Time, string Type, string Subject, long? CauseId, string Payload);

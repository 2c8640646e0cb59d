namespace Cairn.Client.Wire;

/// <param name="StartedAt">Microseconds UTC, as all times on the wire.</param>
public sealed record About(string Version, string Home, string Database, long StartedAt, string Workspace, string Caller, string? Url);

public sealed record DoctorReport(bool Healthy, IReadOnlyList<DoctorCheck> Checks);

/// <param name="State"><c>ok</c>, <c>warn</c> or <c>bad</c>.</param>
/// <param name="Advice">What to do; empty when all is well.</param>
/// <param name="CheckedAt">When it was looked at, microseconds UTC; null: just now.</param>
public sealed record DoctorCheck(string Name, string State, string Found, string Advice = "", long? CheckedAt = null);

/// <param name="FreeBytes">Left on the disk of the home.</param>
public sealed record StorageUse(string Home, long Bytes, long FreeBytes, IReadOnlyList<StorageKind> Kinds);

/// <param name="Kind"><c>blobs</c> (datasets, artifacts, packages, segments of the prediction log), <c>database</c>, <c>prediction_log</c> (the hours that are not yet segments), <c>postgresql</c>, <c>backups</c>, <c>logs</c> or <c>other</c>.</param>
/// <param name="Files">Null: it is kept elsewhere.</param>
public sealed record StorageKind(string Kind, long? Files, long Bytes);

public sealed record AuditEntry(long Id, long Time, string Caller, string Action, string Subject, string Detail);

public sealed record EventEntry(long Id, long Time, string Type, string Subject, long? CauseId, string Payload);

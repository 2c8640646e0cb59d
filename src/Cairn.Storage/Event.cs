using Cairn.Kernel;

namespace Cairn.Storage;

/// <summary>Something that happened, written in the transaction of the change. The closed loop is the chain of causes.</summary>
/// <param name="Id">Ascending in commit order: a reader that has seen id n has seen all before it.</param>
/// <param name="Time">Microseconds UTC.</param>
/// <param name="Type">Dotted, noun first: <c>model.champion-changed</c>.</param>
/// <param name="Subject">What it happened to, as a path: <c>models/churn</c>, <c>runs/0193…</c>.</param>
/// <param name="CauseId">The event that led to this one.</param>
/// <param name="Payload">JSON.</param>
public sealed record Event(long Id, string WorkspaceId, long Time, string Type, string Subject, long? CauseId, string Payload);

public sealed record NewEvent(WorkspaceId Workspace, string Type, string Subject, string Payload = "{}", long? CauseId = null);

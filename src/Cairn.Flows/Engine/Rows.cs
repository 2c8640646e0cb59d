using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Flows.Engine;

internal sealed record FlowRunRow
{
    public required string WorkspaceId { get; init; }

    public required string FlowRunId { get; init; }

    public required string Flow { get; init; }

    public required string Subject { get; init; }

    public required string Parameters { get; init; }

    public required string State { get; init; }

    public string Message { get; init; } = "";

    public required string Caller { get; init; }

    public string? ResumedBy { get; init; }

    /// <value>A <see cref="Client.Wire.Problem"/> as JSON.</value>
    public string? Problem { get; init; }

    /// <value>Goes up with every change that a watcher may see.</value>
    public long Version { get; init; }

    /// <value>The event that started or resumed it: the cause of all it does.</value>
    public long EventId { get; init; }

    public long CreatedAt { get; init; }

    public long? StartedAt { get; init; }

    public long? EndedAt { get; init; }

    /// <param name="tasks">In the order of the flow.</param>
    public FlowRunWire ToWire(IReadOnlyList<TaskRunRow> tasks) => new(
        FlowRunId, Flow, Subject, State, CreatedAt, StartedAt, EndedAt, Message,
        [.. tasks.Select(t => new TaskRunWire(t.Name, t.State, t.Progress, t.Message, t.StartedAt, t.EndedAt, t.Reused != 0))],
        State == States.Succeeded && tasks is [.., { Result: { } result }] ? JsonSerializer.Deserialize<JsonElement>(result) : null,
        Problem is null ? null : JsonSerializer.Deserialize<Problem>(Problem, CairnJson.Options),
        ResumedBy, Version);
}

internal sealed record TaskRunRow
{
    public required string WorkspaceId { get; init; }

    public required string FlowRunId { get; init; }

    public required string Name { get; init; }

    public long Ordinal { get; init; }

    public string State { get; init; } = States.Pending;

    public double Progress { get; init; }

    public string Message { get; init; } = "";

    public string? Result { get; init; }

    public long Reused { get; init; }

    public long Attempts { get; init; }

    public long? StartedAt { get; init; }

    public long? EndedAt { get; init; }
}

/// <summary>What an earlier success under the same cache key left.</summary>
internal sealed record CachedResult
{
    public required string Result { get; init; }

    public required string Message { get; init; }
}

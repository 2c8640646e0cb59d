namespace Cairn.Flows.Engine;

/// <summary>States of flow runs and task runs, as they are stored and shown.</summary>
internal static class States
{
    public const string Pending = "pending";
    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    /// <summary>Its process died or was stopped; it can be resumed.</summary>
    public const string Interrupted = "interrupted";

    public static bool IsActive(string state) => state is Pending or Running;

    public static bool CanResume(string state) => state is Interrupted or Failed or Cancelled;
}

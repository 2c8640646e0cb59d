using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Access;

/// <summary>Who did what to what, and why. Written in the transaction of the change: neither exists without the other.</summary>
public static class Audit
{
    /// <param name="action">Verb and noun: <c>model.promote</c>.</param>
    /// <param name="subject">A path: <c>models/churn/versions/3</c>.</param>
    /// <param name="detail">JSON with what changed and the reason given.</param>
    public static void Write(this WriteTransaction transaction, Caller caller, string action, string subject, string detail = "{}")
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(caller);
        transaction.Execute(
            "INSERT INTO audit_entries (workspace_id, time, caller, action, subject, detail) VALUES (@Workspace, @Time, @Caller, @action, @subject, @detail)",
            new { Workspace = caller.Workspace.Value, Time = TimeProvider.System.Micros(), Caller = caller.Name, action, subject, detail });
    }
}

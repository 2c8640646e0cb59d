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
        transaction.Insert(
            "audit_entries", ("workspace_id", new[] { caller.Workspace.Value }), ("time", new[] { TimeProvider.System.Micros() }), ("caller", new[] { caller.Name }),
            ("action", new[] { action }), ("subject", new[] { subject }), ("detail", new[] { detail }));
    }
}

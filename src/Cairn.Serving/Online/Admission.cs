using Cairn.Access;
using Cairn.Kernel;
using Microsoft.AspNetCore.Http;

namespace Cairn.Serving.Online;

/// <summary>Whether a prediction may be made: asked before anything is read, and again when it is known how many rows there are.</summary>
internal sealed class Admission(RowQuota quota)
{
    public Refusal? Enter(HttpContext context, Caller caller) => quota.Charge(context, caller, rows: 0);

    public Refusal? Charge(HttpContext context, Caller caller, int rows) => quota.Charge(context, caller, rows);
}

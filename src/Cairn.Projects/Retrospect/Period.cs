using Cairn.Kernel;
using Cairn.Serving;

namespace Cairn.Projects.Retrospect;

/// <summary>The part of the log that a request looks back at.</summary>
internal sealed class Period(Predictions predictions, Deployments deployments, TimeProvider clock)
{
    private static readonly long Last = Time.ToMicros(DateTimeOffset.MaxValue);

    /// <param name="from">Microseconds UTC, included; null: from the beginning of the log.</param>
    /// <param name="to">Not included; null: now.</param>
    public async Task<Answer<LogSpan>> Find(WorkspaceId workspace, string deployment, long? from, long? to, CancellationToken cancellation)
    {
        if (deployments.Find(workspace, deployment) is null)
        {
            var names = string.Join(", ", deployments.List(workspace).Select(d => d.Name));
            return new Refusal.Missing("deployment.unknown", $"There is no deployment '{deployment}'. {(names.Length > 0 ? $"There are: {names}." : "Run a project to make one: cairn run PROJECT.")}");
        }

        var (fromMs, toMs) = (Milliseconds(from ?? 0), Milliseconds(to ?? clock.Micros() + 1000));
        if (fromMs >= toMs) return new Refusal.Invalid("period.invalid", $"The period ends ({Say(toMs)}) before it begins ({Say(fromMs)}). Give a from that lies before to.");
        var span = await predictions.Span(workspace, deployment, fromMs, toMs, cancellation);
        return span.Rows > 0
            ? span
            : new Refusal.Missing("period.empty", $"The log has nothing of {deployment} between {Say(fromMs)} and {Say(toMs)}. Choose another period, or see what the deployment logs and how long it keeps it: cairn deployments show {deployment}.");
    }

    /// <summary>Up: no record lies between. What lies outside of all calendars is their end.</summary>
    private static long Milliseconds(long micros) => (Math.Clamp(micros, 0, Last) / 1000) + (micros % 1000 > 0 && micros < Last ? 1 : 0);

    private static string Say(long ms) => $"{Time.FromMicros(ms * 1000):yyyy-MM-dd HH:mm:ss} UTC";
}

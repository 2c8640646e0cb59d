using System.Globalization;
using Cairn.Client.Wire;

namespace Cairn.Serving.Canaries;

/// <summary>Where a canary stands. Nothing but a look changes it, and a look depends on nothing but its arguments.</summary>
/// <param name="Step">From 0 on.</param>
/// <param name="StepAt">When the step began, microseconds UTC.</param>
/// <param name="Counts">Of the step so far, by all processes and before and after restarts.</param>
/// <param name="SlowBefore">What was slow in the step before, for as long as the champion answers too little in this one; microseconds.</param>
internal sealed record CanaryProgress(CanarySettings Plan, string State, int Step, long StepAt, CanaryCounts Counts, long? SlowBefore)
{
    public const string Running = "running", Waiting = "waiting", Promoted = "promoted", Kept = "kept", Aborted = "aborted";

    public bool IsOver => State is not (Running or Waiting);

    /// <value>Share of the traffic.</value>
    public double Weight => State is Aborted or Promoted ? 0 : Plan.Steps[Step].Weight;

    /// <value>What is slow, microseconds; null: not known.</value>
    public long? SlowAbove => CanaryJudge.SlowAbove(Plan.Limits.Latency, Counts.ChampionRequests) ?? SlowBefore;

    public static CanaryProgress Start(CanarySettings plan, long now) => new(plan, Running, 0, now, CanaryCounts.None, null);

    /// <summary>Adds what was counted since the last look and decides.</summary>
    /// <param name="seen">By this process, since it looked last.</param>
    /// <param name="outside">Another reason to abort than its own numbers.</param>
    public CanaryLook Look(CanaryCounts seen, long now, CanaryBreach? outside = null)
    {
        if (IsOver) return new(this, CanaryMove.Hold);
        var here = this with { Counts = Counts.Plus(seen) };
        if ((outside ?? CanaryJudge.Judge(Plan.Limits, here.Counts, here.SlowAbove, Plan.Steps.Count)) is { } breach) return here.Abort(breach);
        if (State == Waiting || here.Lacks(now).Count > 0) return new(here, CanaryMove.Hold);
        if (Step + 1 < Plan.Steps.Count) return new(here with { Step = Step + 1, StepAt = now, Counts = CanaryCounts.None, SlowBefore = here.SlowAbove }, CanaryMove.Forward);
        return new(here with { State = Plan.WhenDone == CanarySettings.Keep ? Kept : Waiting }, CanaryMove.Done);
    }

    public CanaryLook Abort(CanaryBreach breach) => IsOver ? new(this, CanaryMove.Hold) : new(this with { State = Aborted }, CanaryMove.Abort, breach);

    /// <summary>What the step still waits for.</summary>
    public IReadOnlyList<string> Lacks(long now)
    {
        var (step, lacks) = (Plan.Steps[Step], new List<string>());
        if (step.MinSeconds - ((now - StepAt) / 1e6) is > 0 and var seconds) lacks.Add(Lasting(seconds));
        if (step.MinRows - Counts.Given is > 0 and var rows) lacks.Add(Rows(rows));
        // Rows that nobody compared say nothing of disagreement.
        var judged = Plan.Limits is { DifferentDecisions: not null } or { MeanAbsoluteDifference: not null };
        if (judged && step.MinRows - Counts.Errors - Counts.Pairs.Rows is > 0 and var compared) lacks.Add($"{Rows(compared)} that the champion scored too");
        return lacks;
    }

    private static string Rows(long rows) => string.Create(CultureInfo.InvariantCulture, $"{rows:#,0} {(rows == 1 ? "row" : "rows")}");

    private static string Lasting(double seconds) => seconds switch
    {
        <= 120 => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(seconds)} s"),
        <= 7200 => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(seconds / 60)} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(seconds / 3600)} h"),
    };
}

internal enum CanaryMove
{
    Hold,
    Forward,
    Abort,

    /// <summary>The last step has held.</summary>
    Done,
}

/// <param name="Breach">Why it was aborted.</param>
internal sealed record CanaryLook(CanaryProgress Progress, CanaryMove Move, CanaryBreach? Breach = null);

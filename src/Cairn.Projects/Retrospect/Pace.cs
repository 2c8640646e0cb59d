namespace Cairn.Projects.Retrospect;

internal static class Pace
{
    /// <summary>", 12,345 a second", once there is something to tell.</summary>
    public static string Say(TimeProvider clock, long started, long done) => clock.GetElapsedTime(started).TotalSeconds is var seconds and > 0.5 ? $", {done / seconds:N0} a second" : "";
}

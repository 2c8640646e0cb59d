using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Routing;

namespace Cairn.Web.Predictions;

/// <summary>What the filter of the log asks for, as the address says it, and what is wrong with it.</summary>
/// <param name="Deployment">The one whose log this is; null: of all.</param>
/// <param name="FromProblem">Beside the field.</param>
public sealed record LogQuestion(string? Deployment, PredictionListing Which, string? IdProblem, string? FromProblem, string? ToProblem)
{
    public bool IsReadable => IdProblem is null && FromProblem is null && ToProblem is null;

    /// <summary>An id: 32 hex digits, as answers carry it. Hyphens and upper case are taken too.</summary>
    internal static string? Id(string text)
    {
        var id = text.Trim().Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        return id.Length == 32 && id.All(char.IsAsciiHexDigitLower) ? id : null;
    }

    internal static LogQuestion Read(PageRequest request, string? deployment)
    {
        var (from, fromProblem) = Moment(request.Query("from"));
        var (to, toProblem) = Moment(request.Query("to"));
        if (from >= to && toProblem is null) toProblem = "It does not lie after the first time.";
        var shadow = request.Query("kind") switch { "shadow" => true, "answer" => false, _ => (bool?)null };
        var which = new PredictionListing(deployment ?? request.Query("deployment"), request.Query("entity"), from, to, request.Query("variant"), request.Number("version"), shadow);
        return new(deployment, which, request.Query("id") is { } id && Id(id) is null ? "An id is 32 hex digits, as answers carry it." : null, fromProblem, toProblem);
    }

    /// <summary>A time as a browser's field writes it, in UTC; a date alone is its beginning.</summary>
    private static (long? Micros, string? Problem) Moment(string? text)
    {
        if (text is null) return (null, null);
        return DateTime.TryParseExact(
            text, ["yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ss.FFF", "yyyy-MM-dd"], CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) && time >= DateTime.UnixEpoch
            ? ((time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, null)
            : (null, "This is no time. Write it as 2026-11-01T14:30, in UTC.");
    }
}

using Cairn.Client.Wire;

namespace Cairn.Client;

/// <summary>What a status of an outcome means, in a sentence; said alike by the pages and the command line.</summary>
public static class OutcomeWords
{
    public static string Of(OutcomeStatus status) => status switch
    {
        OutcomeStatus.Accepted => "The first word about the prediction.",
        OutcomeStatus.Repeated => "Known already: nothing changes.",
        OutcomeStatus.Corrected => "Takes the place of what was said before.",
        OutcomeStatus.Outdated => "Kept; a later observation or a correction is in force.",
        OutcomeStatus.Contradicting => "Kept; contradicts what was said before, which stays in force. A correction would settle it.",
        OutcomeStatus.Unmatched => "Kept; no prediction was found for it yet. It is looked for again.",
        _ => "Not kept.",
    };
}

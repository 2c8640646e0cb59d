namespace Cairn.Client.Wire;

/// <summary>Which version to score logged traffic with, and which traffic.</summary>
/// <param name="Model">Null: the model of the deployment.</param>
/// <param name="From">Microseconds UTC, included; null: from the beginning of the log.</param>
/// <param name="To">Not included; null: now.</param>
/// <param name="Sample">About so many predictions, chosen by their ids; null: all.</param>
/// <param name="CostFalseNegative">Of a missed positive; null, like the other one: as cairn.yaml of the model's project has it.</param>
/// <param name="Fresh">False: the last run of the same goes on where it stopped, if it did not get to its end.</param>
public sealed record ShadowRange(
    long Version, string? Model = null, long? From = null, long? To = null, long? Sample = null, double? CostFalseNegative = null, double? CostFalsePositive = null, bool Fresh = false);

/// <summary>What a version would have answered to logged traffic, beside what was answered.</summary>
/// <param name="Model">Of the candidate, like the next two.</param>
/// <param name="Seen">Answers in the period; with a sample more than were asked again.</param>
/// <param name="Erased">Answers whose inputs were personal data that is erased.</param>
/// <param name="Refused">Answers that the candidate cannot give, most frequent reason first.</param>
/// <param name="Answered">Which versions had answered what was asked again.</param>
/// <param name="Comparison">Null: not one could be scored.</param>
public sealed record ShadowResultWire(
    string Deployment, long From, long To, string Model, long Version, string PackageDigest, long Seen, long Scored, long Erased, IReadOnlyList<ShadowRefusalWire> Refused,
    IReadOnlyList<AnsweredWire> Answered, ScoreComparisonWire? Comparison, string Summary, double Seconds);

/// <param name="Example">A prediction of which it is true.</param>
public sealed record ShadowRefusalWire(string Reason, long Count, string Example);

public sealed record AnsweredWire(string Variant, string Model, long Version, string PackageDigest, long Rows);

/// <summary>Two models on the same rows: what was logged, and what the candidate says.</summary>
/// <param name="Agreement">Share of rows that both put into the same class; 95 percent Wilson interval beside it.</param>
/// <param name="OnlyLogged">Rows that only the logged answer calls positive.</param>
/// <param name="MeanDifference">Mean absolute difference of the probabilities.</param>
/// <param name="Psi">Population stability index of the candidate's scores against the logged ones, in tenths of the logged.</param>
/// <param name="Outcomes">Null: of none of the rows is it known what became of it.</param>
public sealed record ScoreComparisonWire(
    long Rows, ScoresWire Logged, ScoresWire Candidate, double Agreement, double AgreementLow, double AgreementHigh, long OnlyLogged, long OnlyCandidate, double MeanDifference, double Psi,
    OutcomeComparisonWire? Outcomes);

public sealed record ScoresWire(double MeanProbability, double PositiveShare);

/// <param name="Rows">With an outcome.</param>
/// <param name="Judged">Of them that the metrics are of: a million at most, chosen by id.</param>
/// <param name="PositiveShare">Of the judged.</param>
public sealed record OutcomeComparisonWire(long Rows, long Judged, double PositiveShare, IReadOnlyList<MetricComparisonWire> Metrics);

/// <param name="Difference">Candidate minus logged, with its 95 percent interval: paired DeLong for roc_auc, else of the mean of paired differences.</param>
/// <param name="P">Two-sided; for accuracy McNemar's exact test.</param>
public sealed record MetricComparisonWire(string Metric, double? Logged, double? Candidate, double? Difference, double? Low, double? High, double? P);

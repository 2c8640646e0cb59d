namespace Cairn.Client.Wire;

/// <summary>What the variants of a deployment did over the last minutes, in the process that was asked; with it, this is gone.</summary>
/// <param name="From">Where the first point could begin, microseconds UTC.</param>
/// <param name="To">When it was asked: the last point goes on until then.</param>
/// <param name="StepSeconds">Of one point: 10 over up to ten minutes, else 60.</param>
/// <param name="Variants">Those that are there, the champion first, the others by name; then the versions that were there and did something.</param>
public sealed record TrafficWire(string Deployment, long From, long To, int StepSeconds, IReadOnlyList<VariantTrafficWire> Variants);

/// <param name="Shadow">True: it scored what others answered.</param>
/// <param name="Points">One after the other from when it was there first; one without requests says that there were none.</param>
public sealed record VariantTrafficWire(string Name, long Version, bool Shadow, IReadOnlyList<TrafficPointWire> Points);

/// <param name="Start">Microseconds UTC.</param>
/// <param name="Seconds">As many as a step; fewer while it goes on, more when the process stood still.</param>
/// <param name="Requests">Of which it answered a row at least.</param>
/// <param name="Errors">Rows that it could not answer, so that the champion did.</param>
/// <param name="Latency">As in <see cref="VariantNumbersWire"/>; null when it answered nothing.</param>
public sealed record TrafficPointWire(long Start, double Seconds, long Requests, long Rows, long Errors, LatencyWire? Latency, double? PositiveShare, double? MeanProbability);

namespace Cairn.Client.Wire;

/// <summary>Something that was deleted and can be restored: POST /api/v1/{subject}/restore.</summary>
/// <param name="Subject"><c>runs/ID</c>, <c>experiments/ID</c>, <c>logged-models/ID</c>, <c>models/ID</c> or <c>versions/ID</c>. Models and versions have their ID in the bin only: names are free once they are deleted.</param>
/// <param name="ExperimentId">That it is of; null for an experiment, a registered model or a version.</param>
/// <param name="DeletedAt">Microseconds since 1970.</param>
/// <param name="DeletedBy">Empty: it is not known.</param>
/// <param name="PurgeAt">When the server removes it for good; null: never by itself.</param>
/// <param name="Runs">That go with it.</param>
/// <param name="Files">Of it and what goes with it, and how many bytes they have: less may become free, as equal files are stored once.</param>
/// <param name="Kept">Why it is not purged, though its time may be over; null: it may be.</param>
/// <param name="Versions">Of a registered model that go with it.</param>
public sealed record BinItemWire(string Subject, string Name, string? ExperimentId, long DeletedAt, string DeletedBy, long? PurgeAt, long Runs, long Files, long Bytes, string? Kept, long Versions = 0);

/// <param name="Subjects">What of the bin; null: all of it.</param>
/// <param name="DeletedBefore">Only what was deleted before this time (microseconds since 1970).</param>
/// <param name="DryRun">Only says what would go.</param>
public sealed record PurgeRequest(IReadOnlyList<string>? Subjects = null, long? DeletedBefore = null, bool DryRun = false);

/// <param name="Runs">Those of the experiments included.</param>
/// <param name="Files">That are removed from the store, and how many bytes are free by it. Files that something else names stay.</param>
/// <param name="LaterFiles">That go by themselves once a day has passed since they were written. 0 in a dry run, which counts all.</param>
/// <param name="Kept">What stays in the bin, and why; of many the first hundred.</param>
/// <param name="Names">In a dry run: those of experiments, which are free after it; of many the first hundred.</param>
/// <param name="Versions">Those of the models included.</param>
public sealed record PurgeResult(bool DryRun, long Experiments, long Runs, long LoggedModels, long Files, long Bytes, long LaterFiles, IReadOnlyList<KeptWire> Kept, double Seconds, IReadOnlyList<string>? Names = null,
    long Models = 0, long Versions = 0);

public sealed record KeptWire(string Subject, string Name, string Reason);

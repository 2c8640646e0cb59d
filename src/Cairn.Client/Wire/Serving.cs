namespace Cairn.Client.Wire;

/// <param name="Version">What serves, at once or as soon as it is loaded; null: nothing does (see <see cref="Problem"/>).</param>
/// <param name="Memory">In lists only.</param>
/// <param name="Output">What it answers; lists leave it out, as <paramref name="Inputs"/> and <paramref name="EntityInput"/>.</param>
/// <param name="EntityInput">The member of a request that says whom it is about; null: none does.</param>
public sealed record DeploymentWire(string Name, string Model, bool IsDefault, long? Version, string? PackageDigest, long UpdatedAt, string? Problem, IReadOnlyList<InputFieldWire>? Inputs = null,
    DeploymentSettings? Settings = null, DeploymentMemoryWire? Memory = null, OutputWire? Output = null, string? EntityInput = null);

/// <summary>Whether the models of a deployment are in memory.</summary>
/// <param name="State"><c>loaded</c>; <c>not-loaded</c>: the next request loads it; <c>loading</c>; <c>failed</c>: see the problem of the deployment; <c>nothing</c>: there is no champion to load.</param>
/// <param name="Bytes">What its packages take; one that several deployments share counts for each of them.</param>
/// <param name="LastUsed">When it was last asked for a prediction, microseconds UTC, to about a second; null: not known.</param>
public sealed record DeploymentMemoryWire(string State, long Bytes, long? LastUsed)
{
    public const string Loaded = "loaded", NotLoaded = "not-loaded", Loading = "loading", Failed = "failed", Nothing = "nothing";
}

/// <summary>What the models in the memory of the server take.</summary>
/// <param name="Bound">What they may take; beyond it the least recently used are unloaded.</param>
/// <param name="Loaded">Packages in memory; each is there once, however many deployments serve it.</param>
/// <param name="Loads">Since the start of the server.</param>
/// <param name="Evictions">Packages unloaded to make room, since the start of the server.</param>
/// <param name="ReloadedLastMinute">Packages loaded in the last minute that had been unloaded less than a minute before.</param>
/// <param name="Problem">Null: there is room for what is in use.</param>
public sealed record ModelMemoryWire(long Bound, long Bytes, int Loaded, long Loads, long Evictions, int ReloadedLastMinute, string? Problem);

/// <summary>What a request has to carry.</summary>
/// <param name="Example">A value that the data held, to begin with; null: it was missing there, or is personal data.</param>
public sealed record InputFieldWire(
    string Name, string Type, bool Required, IReadOnlyList<string>? Categories = null, double? Min = null, double? Max = null, System.Text.Json.JsonElement? Example = null);

/// <summary>The two classes, and the probability of the positive one from which on it is the answer.</summary>
public sealed record OutputWire(string Positive, string Negative, double Threshold);

/// <summary>Rows to which an answer is wanted that is no prediction.</summary>
/// <param name="Rows">Objects, as a prediction takes them.</param>
public sealed record WhatIfQuestion(IReadOnlyList<System.Text.Json.JsonElement> Rows, bool Explain = false);

/// <param name="Answers">In the order of the rows.</param>
public sealed record WhatIfWire(string Model, long Version, double Threshold, IReadOnlyList<WhatIfAnswerWire> Answers);

/// <summary>As <see cref="PredictionWire"/>, without an id: the log does not know it.</summary>
public sealed record WhatIfAnswerWire(string Prediction, double Probability, ExplanationWire? Explanation = null);

/// <param name="Prediction">The class as it stands in the data: <c>Yes</c>.</param>
/// <param name="Probability">Of the positive class.</param>
/// <param name="Explanation">On request: how far each feature moved the answer, largest first, in log-odds (or probability, see <c>unit</c>).</param>
public sealed record PredictionWire(
    string PredictionId, string Prediction, double Probability, double Threshold, string Model, long Version, ExplanationWire? Explanation = null);

public sealed record ExplanationWire(double BaseValue, string Unit, IReadOnlyList<ContributionWire> Contributions);

public sealed record ContributionWire(string Feature, double Contribution);

/// <summary>The answer to many rows, in the order of the request.</summary>
public sealed record PredictionsWire(IReadOnlyList<PredictionWire> Predictions);

/// <summary>What the owner of a deployment chose.</summary>
public sealed record DeploymentSettings
{
    public LogSettings Log { get; init; } = new();

    public OutcomeSettings Outcome { get; init; } = new();

    /// <value>The member of a request that says whom it is about; null: the key column of the model's contract.</value>
    public string? Entity { get; init; }
}

/// <summary>What becomes of a deployment's predictions.</summary>
public sealed record LogSettings
{
    public const string Refuse = "refuse", Answer = "answer";

    /// <value>Share of predictions that are logged, 0 to 1; default all. 0 switches the log off.</value>
    public double Sample { get; init; } = 1;

    /// <value>Days that predictions are kept; null (the default): for ever.</value>
    public int? KeepDays { get; init; }

    /// <value>What to do when a prediction cannot be logged: <c>refuse</c> (the default, 503) or <c>answer</c> all the same.</value>
    public string WhenUnavailable { get; init; } = Refuse;

}

/// <summary>A prediction as the log has it.</summary>
/// <param name="Time">When it was asked for, microseconds UTC.</param>
/// <param name="Variant"><c>champion</c>, or the name of another variant of the deployment.</param>
/// <param name="Shadow">True: it was scored beside the answer and told to nobody.</param>
/// <param name="LatencyUs">Microseconds from the arrival of the request to the answer.</param>
/// <param name="Features">What the model saw; lists leave it out.</param>
/// <param name="Truth">What became of it; lists leave it out.</param>
/// <param name="Erased">True: features made from personal data of somebody who was erased are missing.</param>
/// <param name="Inputs">What was asked, before any encoding; lists leave it out.</param>
public sealed record LoggedPredictionWire(
    string PredictionId, long Time, string Deployment, string Variant, bool Shadow, string Model, long Version, string PackageDigest, long Evaluator, string? Entity,
    string Prediction, double Probability, double Threshold, long LatencyUs, string Caller, IReadOnlyList<FeatureValueWire>? Features = null, bool Erased = false,
    IReadOnlyList<InputValueWire>? Inputs = null, TruthWire? Truth = null);

/// <param name="Value">As a request carries it; null: missing.</param>
/// <param name="Note">Why there is no value although there was one.</param>
public sealed record InputValueWire(string Input, System.Text.Json.JsonElement? Value, string? Note = null);

/// <param name="Value">Null: missing.</param>
public sealed record FeatureValueWire(string Feature, double? Value);

/// <param name="Entity">The value of the entity column, as it was sent.</param>
public sealed record Erase(string Entity);

/// <param name="Keys">How many keys were dropped: what was encrypted with them can be read by nobody.</param>
public sealed record ErasedWire(int Keys);

/// <summary>What is scored from which queue, and where the answers go.</summary>
public sealed record StreamSettings
{
    public required string Deployment { get; init; }

    /// <value>The queue that is read. It is not made: it has to be there.</value>
    public required string Queue { get; init; }

    /// <value>Where answers go; null: to the <c>reply_to</c> of each message, or nowhere when it has none.</value>
    public StreamTarget? Reply { get; init; }

    /// <value>Where messages go that cannot be answered, with the reason; null: they are rejected, and the queue's own policy decides.</value>
    public StreamTarget? DeadLetter { get; init; }

    /// <value>How many messages are taken from the broker before the first of them is answered, 1 to 10,000.</value>
    public int Prefetch { get; init; } = 256;
}

/// <param name="Exchange">Empty: the default exchange, whose routing keys are names of queues.</param>
public sealed record StreamTarget(string Exchange, string RoutingKey);

/// <param name="State"><c>running</c>, <c>waiting</c> (for the log or the model), <c>disconnected</c> or <c>no_broker</c>.</param>
/// <param name="Waiting">Messages in the queue that nobody has taken yet, a few seconds ago; null: not known.</param>
/// <param name="Messages">Answered since the server started, redelivered ones included.</param>
/// <param name="Duplicates">Of them, how many were answered from the log.</param>
/// <param name="Rejected">Messages that could not be answered.</param>
public sealed record StreamWire(
    string Name, StreamSettings Settings, string State, string? Problem, long? Waiting, long Messages, long Predictions, long Duplicates, long Rejected, long? LastAt, long CreatedAt);

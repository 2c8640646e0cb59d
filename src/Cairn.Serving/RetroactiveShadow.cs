using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Retrospect;
using Cairn.Tracking;

namespace Cairn.Serving;

/// <summary>A version that is to be tried on logged traffic. Fixed when that begins.</summary>
/// <param name="Package">The digest.</param>
public sealed record ShadowCandidate(string Model, long Version, string Package);

/// <summary>Scores what a deployment was asked in the past with a version that need never have served, and compares with what was answered.</summary>
public sealed class RetroactiveShadow
{
    private const long Hour = 3_600_000;

    private readonly Predictions _predictions;
    private readonly LiveDeployments _live;
    private readonly Models _models;
    private readonly LoadedPackages _loaded;
    private readonly Outcomes _outcomes;
    private readonly TimeProvider _clock;

    internal RetroactiveShadow(Predictions predictions, LiveDeployments live, Models models, LoadedPackages loaded, Outcomes outcomes, TimeProvider clock) =>
        (_predictions, _live, _models, _loaded, _outcomes, _clock) = (predictions, live, models, loaded, outcomes, clock);

    /// <param name="model">Null: the one of the deployment.</param>
    public async Task<Answer<ShadowCandidate>> Choose(WorkspaceId workspace, string deployment, string? model, long version, CancellationToken cancellation)
    {
        var found = _live.Find(workspace, deployment);
        if (found.Refusal is { } unknown) return unknown;
        model ??= found.Value.Row.Model;
        if (await _models.Find(workspace, model, version, cancellation) is not { } registered)
            return new Refusal.Missing("registry.version-unknown", $"{model} has no version {version}. 'cairn models show {model}' lists those there are.");
        return registered.PackageDigest is { } package
            ? new ShadowCandidate(model, version, package)
            : new Refusal.Conflict("deployment.no-package", $"Version {version} of {model} was logged from outside and has no package of Cairn. Choose a version trained by Cairn.");
    }

    /// <summary>All answers of a stretch of the log, on all cores and in bounded memory. What shadows said then is no answer.</summary>
    /// <param name="fromMs">Milliseconds, as inside the ids; included.</param>
    /// <param name="toMs">Not included.</param>
    /// <param name="share">1: all; less: so much of them, always the same.</param>
    /// <param name="progress">Answers seen so far; one call at a time.</param>
    public async Task<Answer<ShadowTally>> Score(
        WorkspaceId workspace, string deployment, ShadowCandidate candidate, long fromMs, long toMs, double share, Action<long>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        using var loan = _loaded.Borrow();
        var loaded = await loan.Take(workspace, Digest.Parse(candidate.Package), cancellation);
        if (loaded.Refusal is { } unfit) return unfit;

        var scoring = new CandidateScoring(loaded.Value.Predictor);
        var (window, now) = (_outcomes.WindowOf(workspace, deployment), _clock.Micros() / 1000);
        var all = new ShadowTally();
        for (var from = fromMs; from < toMs; from = (from / Hour + 1) * Hour)
        {
            var to = Math.Min(toMs, (from / Hour + 1) * Hour);
            var told = await _outcomes.Of(workspace, deployment, from, to, cancellation);
            var log = _predictions.Scan(workspace, deployment, from, to, cancellation);
            await Pieces.Of(log, (piece, _) => ValueTask.FromResult(Piece(piece, record => Truth(record, told))), Add, cancellation);
        }

        return all;

        bool? Truth(LogRecord record, IReadOnlyDictionary<Guid, PredictionOutcome> told)
        {
            var label = window.LabelOf(record.Milliseconds, told.TryGetValue(record.Id, out var outcome) ? outcome : null, now);
            return window.MayBeJudged(label) ? label.Positive : null;
        }

        ShadowTally Piece(IReadOnlyList<LoggedPrediction> piece, Func<LogRecord, bool?> truth)
        {
            var answers = piece.Where(logged => !logged.Record.Flags.HasFlag(RecordFlags.Shadow)).ToList();
            var tally = scoring.Score(answers.Where(logged => IdSample.Has(logged.Record.Id, share)), truth);
            tally.Seen = answers.Count;
            return tally;
        }

        void Add(ShadowTally tally)
        {
            all.Add(tally);
            progress?.Invoke(all.Seen);
        }
    }
}

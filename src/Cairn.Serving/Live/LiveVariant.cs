using Cairn.Serving.Variants;

namespace Cairn.Serving.Live;

/// <summary>A version that serves as soon as somebody asks: it is not in memory.</summary>
/// <param name="Package">The digest.</param>
/// <param name="Numbers">What it did in its place before it fell asleep.</param>
internal sealed record SleepingModel(long Version, string Package, VariantNumbers Numbers);

/// <summary>A place in a deployment and the version that takes it.</summary>
/// <param name="Row">Null for the champion, which follows the alias.</param>
/// <param name="Serving">Null: nothing.</param>
/// <param name="Problem">Why the version that should be there is not; null when it is.</param>
/// <param name="Since">When it came to serve or ceased to, microseconds UTC.</param>
/// <param name="Failed">True when there is a version that should be there and it could not be loaded; not when there is none.</param>
internal sealed record LiveVariant(string Name, VariantRow? Row, ServedModel? Serving, string? Problem, long Since, bool Failed)
{
    /// <value>The variant that follows the alias.</value>
    public const string Champion = "champion";

    /// <value>How it compares with the champion on the same rows; null for the champion, and until both have served.</value>
    public PairNumbers? Pairs { get; init; }

    /// <value>Null: it is in memory, or there is nothing.</value>
    public SleepingModel? Sleeping { get; private init; }

    public bool IsShadow => Row is { Shadow: true };

    /// <value>What answers in this place, at once or once it is loaded; null: nothing.</value>
    public long? Version => Serving?.Version ?? Sleeping?.Version;

    public string? Package => Serving?.Package.Predictor.Package.Hex ?? Sleeping?.Package;

    /// <value>What that version has done here.</value>
    public VariantNumbers? Numbers => Serving?.Numbers ?? Sleeping?.Numbers;

    public LiveVariant Serve(VariantRow? row, ServedModel model, long now) => new(Name, row, model, null, Sleeping?.Version == model.Version ? Since : now, Failed: false) { Pairs = Pairs };

    public LiveVariant Stop(string problem, long now) => new(Name, Row, null, problem, now, Failed: false);

    /// <summary>What should be there could not be loaded: goes on with what it serves, if anything.</summary>
    public LiveVariant Keep(VariantRow? row, string problem) => this with { Row = row, Problem = problem, Failed = true, Sleeping = null };

    /// <summary>That version is known and not loaded.</summary>
    public LiveVariant Rest(VariantRow? row, long version, string package, long now) => Version == version && Package == package
        ? this with { Row = row, Serving = null, Problem = null, Failed = false, Sleeping = new(version, package, Numbers!) }
        : new(Name, row, null, null, now, Failed: false) { Sleeping = new(version, package, new()) };

    /// <summary>As it is, without its model in memory.</summary>
    public LiveVariant Sleep() => Serving is { } serving ? Rest(Row, serving.Version, Package!, Since) : this;

    /// <summary>Beside that champion: the comparison goes on, or begins anew when either is another version.</summary>
    public LiveVariant Beside(LiveVariant champion) => this with
    {
        Pairs = Pairs is { } pairs && (Numbers, champion.Numbers) is ({ } own, { } others) && pairs.AreOf(own, others) ? pairs
            : (Serving, champion.Serving) is ({ } model, { } other) ? new(model, other)
            : null,
    };
}

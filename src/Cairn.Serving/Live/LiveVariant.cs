using Cairn.Serving.Variants;

namespace Cairn.Serving.Live;

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

    /// <value>How it compares with the champion on the same rows; null for the champion, and while either serves nothing.</value>
    public PairNumbers? Pairs { get; init; }

    public bool IsShadow => Row is { Shadow: true };

    public LiveVariant Serve(VariantRow? row, ServedModel model, long now) => new(Name, row, model, null, now, Failed: false);

    public LiveVariant Stop(string problem, long now) => new(Name, Row, null, problem, now, Failed: false);

    /// <summary>What should be there could not be loaded: goes on with what it serves, if anything.</summary>
    public LiveVariant Keep(VariantRow? row, string problem) => this with { Row = row, Problem = problem, Failed = true };

    /// <summary>Beside that champion: the comparison goes on, or begins anew when either is another version.</summary>
    public LiveVariant Beside(LiveVariant champion) => this with
    {
        Pairs = (Serving, champion.Serving) is not ({ } own, { } other) ? null
            : Pairs is { } pairs && pairs.AreOf(own, other) ? pairs
            : new(own, other),
    };
}

namespace Cairn.Kernel;

/// <summary>
/// A request that was understood and declined: the caller can do something about it. Bugs and broken infrastructure are
/// not refusals; they stay exceptions and become a 500 with a trace id.
/// </summary>
/// <param name="Code">Stable and dotted, listed in docs/reference/problems.md, for example <c>registry.version-unknown</c>.</param>
/// <param name="Detail">What was asked, what was found, what is allowed, what to do next.</param>
public abstract record Refusal(string Code, string Detail)
{
    /// <value>Every single thing that is wrong with the request; empty when <see cref="Detail"/> says it all.</value>
    public IReadOnlyList<FieldProblem> Fields { get; init; } = [];

    public sealed record Missing(string Code, string Detail) : Refusal(Code, Detail);

    public sealed record Conflict(string Code, string Detail) : Refusal(Code, Detail);

    /// <summary>What the request was made for has changed since it was read.</summary>
    public sealed record Stale(string Code, string Detail) : Refusal(Code, Detail);

    public sealed record Invalid(string Code, string Detail) : Refusal(Code, Detail);

    public sealed record Forbidden(string Code, string Detail) : Refusal(Code, Detail);

    public sealed record TooLarge(string Code, string Detail) : Refusal(Code, Detail);

    /// <summary>The caller has used up what it may ask for.</summary>
    public sealed record Exhausted(string Code, string Detail) : Refusal(Code, Detail);

    /// <summary>It took longer than it may, and was given up.</summary>
    public sealed record TimedOut(string Code, string Detail) : Refusal(Code, Detail);

    /// <summary>A body of a kind that is not taken here.</summary>
    public sealed record Unsupported(string Code, string Detail) : Refusal(Code, Detail);

    /// <summary>Right request, wrong moment: retry later.</summary>
    public sealed record Unavailable(string Code, string Detail) : Refusal(Code, Detail);
}

/// <summary>One thing wrong with one part of a request or file.</summary>
/// <param name="Field">A JSON path (<c>$.rows[2].tenure</c>) or a place in a file (<c>cairn.yaml:7 train.folds</c>).</param>
public sealed record FieldProblem(string Field, string Found, string Expected)
{
    public override string ToString() => $"{Field}: found {Found}, expected {Expected}";
}

/// <summary>An answer that carries nothing but success.</summary>
public readonly record struct Done;

/// <summary>Either a value or the reason there is none. For refusals a correct client meets on a normal day; never to carry a bug.</summary>
public readonly record struct Answer<T>
{
    private readonly T? _value;

    private Answer(T? value, Refusal? refusal) => (_value, Refusal) = (value, refusal);

    public Refusal? Refusal { get; }

    public T Value => Refusal is null ? _value! : throw new InvalidOperationException($"No value: {Refusal.Code}: {Refusal.Detail}");

    public static implicit operator Answer<T>(T value) => new(value, null);

    public static implicit operator Answer<T>(Refusal refusal) => new(default, refusal);
}

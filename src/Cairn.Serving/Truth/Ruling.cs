namespace Cairn.Serving.Truth;

/// <summary>One statement about what became of a prediction.</summary>
/// <param name="ObservedAt">When it became true, microseconds; when it arrived if its sender did not say.</param>
/// <param name="Dated">Whether its sender did.</param>
internal readonly record struct Statement(string Value, bool Positive, long ObservedAt, bool Dated, bool Correction);

internal enum Standing
{
    /// <summary>The one that decides.</summary>
    InForce,

    /// <summary>Says the same.</summary>
    Agrees,

    /// <summary>Says otherwise, and gave way to a later observation or a correction.</summary>
    Replaced,

    /// <summary>Says otherwise, and nothing settles which of the two is right.</summary>
    Contradicts,
}

/// <summary>
/// What holds of all that was said about one prediction. A correction stands above all that is none, the last one above those before it. Else the
/// latest observation decides. Statements of the same time, or without one, do not settle anything: what was said first stays.
/// </summary>
/// <remarks>
/// So long as nothing contradicts and there is at most one correction, the order of arrival does not matter: what decides is the largest time, and the
/// moment it became true is the first of the observations up to it that agree without a break.
/// </remarks>
internal readonly record struct Ruling(int Deciding, long Since, bool Contradicted)
{
    /// <param name="statements">At least one, in the order of arrival.</param>
    public static Ruling Of(ReadOnlySpan<Statement> statements)
    {
        if (statements.Length == 1) return new(0, statements[0].ObservedAt, false);
        var deciding = Choose(statements);
        var contradicted = false;
        for (var i = 0; i < statements.Length && !contradicted; i++) contradicted = StandingOf(statements, deciding, i) == Standing.Contradicts;
        return new(deciding, SinceOf(statements, deciding), contradicted);
    }

    public Standing StandingOf(ReadOnlySpan<Statement> statements, int index) => StandingOf(statements, Deciding, index);

    private static Standing StandingOf(ReadOnlySpan<Statement> statements, int deciding, int index)
    {
        var (chosen, other) = (statements[deciding], statements[index]);
        if (index == deciding) return Standing.InForce;
        if (other.Value == chosen.Value) return Standing.Agrees;
        if (!chosen.Correction) return chosen.Dated && other.ObservedAt < chosen.ObservedAt ? Standing.Replaced : Standing.Contradicts;
        return index < deciding || (other.Dated && other.ObservedAt <= chosen.ObservedAt) ? Standing.Replaced : Standing.Contradicts;
    }

    private static int Choose(ReadOnlySpan<Statement> statements)
    {
        int dated = -1, undated = -1;
        for (var i = statements.Length - 1; i >= 0; i--)
        {
            if (statements[i].Correction) return i;
            if (!statements[i].Dated) undated = i;
            else if (dated < 0 || statements[i].ObservedAt >= statements[dated].ObservedAt) dated = i;
        }

        if (undated < 0) return dated;
        if (dated < 0) return undated;
        if (statements[dated].Value == statements[undated].Value || statements[dated].ObservedAt > statements[undated].ObservedAt) return dated;

        // Neither is of later than the other: who was first?
        for (var i = 0; i < undated; i++)
        {
            if (statements[i].Dated && statements[i].Value == statements[dated].Value) return dated;
        }

        return undated;
    }

    private static long SinceOf(ReadOnlySpan<Statement> statements, int deciding)
    {
        var chosen = statements[deciding];
        if (chosen.Correction || !chosen.Dated) return chosen.ObservedAt;
        var broken = long.MinValue; // the last time it was said to be otherwise
        foreach (var other in statements)
        {
            if (other.Dated && other.Value != chosen.Value && other.ObservedAt < chosen.ObservedAt) broken = Math.Max(broken, other.ObservedAt);
        }

        var since = chosen.ObservedAt;
        foreach (var other in statements)
        {
            if (other.Dated && other.Value == chosen.Value && other.ObservedAt > broken) since = Math.Min(since, other.ObservedAt);
        }

        return since;
    }
}

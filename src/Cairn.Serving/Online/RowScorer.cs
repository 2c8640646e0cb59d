using System.Text.Json;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Log;
using Cairn.Serving.Variants;

namespace Cairn.Serving.Online;

/// <summary>Reads one row after the other and scores each with the model whose turn it is. What protocol a row came by does not matter here.</summary>
/// <param name="log">Null: the answers are not logged.</param>
internal struct RowScorer(Routing routing, bool explain, AnswerBuffer answer, RowLog? log)
{
    private readonly ServedRow _champion = answer.RowOf(routing.Champion, log is null && !routing.IsSplit ? [] : routing.EntityName);

    public readonly Routing Routing => routing;

    /// <value>Who answered the row.</value>
    public ServedRow By { get; private set; } = null!;

    public Guid Id { get; private set; }

    public double Probability { get; private set; }

    public ExplanationWire? Explanation { get; private set; }

    /// <summary>Reads the row that the reader stands on and scores it.</summary>
    /// <param name="path">Where the row stands in the request, for messages.</param>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public Refusal? Score(ref Utf8JsonReader json, string path, Guid id)
    {
        Id = id;
        if (!routing.IsSplit) return Score(_champion, ref json, path);
        var chosen = answer.RowOf(routing.Choose(json, id), routing.EntityName);
        if (chosen == _champion) return Score(_champion, ref json, path);
        if (Try(chosen, ref json, path)) return null;

        var refusal = Score(_champion, ref json, path);
        if (refusal is null) chosen.CountError(); // else the row is to blame
        return refusal;
    }

    /// <summary>The row is answered: it is for the log, counted, and handed to the shadows.</summary>
    /// <param name="start">Where the row begins in the bytes that the shadows will be given.</param>
    /// <param name="isLogged">True: the log holds it already.</param>
    public readonly void Keep(int start, int length, bool isLogged = false)
    {
        if (!isLogged) log?.Add(answer.Records, By.Model.Source, Id, Probability, By.Row);
        By.Count(Probability);
        if (routing.IsScoredAgain(By.Model)) answer.Shadowed.Add(new(Id, Probability, By.Model, start, length));
    }

    private Refusal? Score(ServedRow by, ref Utf8JsonReader json, string path)
    {
        var predictor = by.Model.Package.Predictor;
        if (predictor.Read(ref json, by.Row, path) is { } refusal) return refusal;
        (By, Probability, Explanation) = (by, predictor.Score(by.Row), explain ? predictor.Explain(by.Row) : null);
        return null;
    }

    /// <summary>A model on trial fails no request: what it cannot answer, the champion does.</summary>
    /// <returns>False: the reader stands where it stood.</returns>
    private bool Try(ServedRow by, ref Utf8JsonReader json, string path)
    {
        var ahead = json;
        try
        {
            if (Score(by, ref ahead, path) is not null || !double.IsFinite(Probability)) return false;
            json = ahead;
            return true;
        }
#pragma warning disable CA1031 // whatever is wrong with it, the champion may know better
        catch (Exception e) when (e is not JsonException)
#pragma warning restore CA1031
        {
            return false;
        }
    }
}

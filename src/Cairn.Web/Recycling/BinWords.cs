using Cairn.Client.Wire;
using Cairn.Web.Components;

namespace Cairn.Web.Recycling;

/// <summary>Kinds of deleted things and sums of them, in words.</summary>
internal static class BinWords
{
    /// <value>As in a subject; the word for one, and for several as the choice of a filter.</value>
    public static IReadOnlyDictionary<string, (string One, string Many)> Kinds { get; } = new Dictionary<string, (string One, string Many)>(StringComparer.Ordinal)
    {
        ["runs"] = ("run", "Runs"), ["experiments"] = ("experiment", "Experiments"), ["logged-models"] = ("logged model", "Logged models"),
        ["models"] = ("model", "Models"), ["versions"] = ("version", "Versions"),
    };

    public static string KindOf(string subject) => subject.Split('/')[0] is var kind && Kinds.TryGetValue(kind, out var known) ? known.One : Format.Clip(kind, 40);

    /// <summary>"2 experiments, 1 run"; null: nothing.</summary>
    public static string? Things(PurgeResult result)
    {
        (long Count, string One)[] all = [(result.Experiments, "experiment"), (result.Runs, "run"), (result.LoggedModels, "logged model"), (result.Models, "model"), (result.Versions, "version")];
        var some = all.Where(part => part.Count > 0).Select(part => Format.Many(part.Count, part.One)).ToList();
        return some.Count == 0 ? null : string.Join(", ", some);
    }

    /// <summary>What a purge that has ended did.</summary>
    public static string Did(PurgeResult result) => (Things(result), result.DryRun) switch
    {
        (null, true) => "A purge would remove nothing.",
        (null, false) => $"No more was there to be removed; {Files(result.Files, result.Bytes)} went.",
        ({ } things, true) => $"A purge would remove {things} and {Files(result.Files, result.Bytes)}. Nothing was removed: this was a dry run.",
        ({ } things, false) => $"{things} and {Files(result.Files, result.Bytes)} are removed for good.",
    };

    /// <summary>"12 files of 3.4 MB".</summary>
    public static string Files(long files, long bytes) => files == 0 ? "no files" : $"{Format.Many(files, "file")} of {Format.Bytes(bytes)}";

    /// <summary>A thing without a name is called by its subject.</summary>
    public static string Called(string name, string subject) => name.Length > 0 ? name : subject;
}

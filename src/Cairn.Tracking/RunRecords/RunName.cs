using System.Security.Cryptography;

namespace Cairn.Tracking.RunRecords;

/// <summary>Names for runs that were given none: <c>mellow-otter-417</c>. Easier to say than an id; not unique.</summary>
internal static class RunName
{
    /// <summary>The tag that MLflow clients read the name from; always equal to the name.</summary>
    public const string Tag = "mlflow.runName";

    private static readonly string[] _adjectives =
    [
        "amber", "bold", "brisk", "calm", "clever", "crisp", "daring", "deft", "eager", "fair", "fluent", "frosty", "gentle", "golden", "grand", "hardy",
        "honest", "humble", "jolly", "keen", "kind", "lively", "loyal", "lucid", "mellow", "merry", "mild", "nimble", "noble", "patient", "placid", "plucky",
        "polite", "proud", "quick", "quiet", "rapid", "ready", "rustic", "sage", "serene", "sharp", "shy", "silent", "silver", "sincere", "smooth", "snug",
        "solid", "spry", "steady", "stoic", "sturdy", "subtle", "sunny", "swift", "tidy", "tough", "upbeat", "valiant", "vivid", "warm", "wise", "witty",
    ];

    private static readonly string[] _nouns =
    [
        "alder", "ant", "badger", "basalt", "bear", "beech", "bison", "boulder", "brook", "carp", "cedar", "cliff", "cobble", "crane", "crow", "deer",
        "delta", "dune", "eagle", "elk", "elm", "falcon", "fell", "fern", "finch", "fjord", "flint", "fox", "gneiss", "goat", "granite", "gull",
        "hare", "hawk", "heron", "hill", "ibex", "jay", "juniper", "kestrel", "lake", "larch", "lark", "lichen", "lynx", "marble", "marmot", "marten",
        "moss", "moth", "newt", "oak", "osprey", "otter", "owl", "pebble", "pine", "quartz", "raven", "ridge", "river", "shale", "slate", "wren",
    ];

    public static string Make() => $"{Any(_adjectives)}-{Any(_nouns)}-{RandomNumberGenerator.GetInt32(1000)}";

    private static string Any(string[] words) => words[RandomNumberGenerator.GetInt32(words.Length)];
}

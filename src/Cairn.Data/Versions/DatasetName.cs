using System.Buffers;
using Cairn.Kernel;

namespace Cairn.Data.Versions;

internal static class DatasetName
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    public static Refusal? Refused(string name) =>
        name.Length is > 0 and <= 128 && name.AsSpan().IndexOfAnyExcept(Allowed) < 0
            ? null
            : new Refusal.Invalid("data.dataset-name", $"'{name}' cannot name a dataset: 1 to 128 letters, digits, dots, underscores and hyphens are allowed.");
}

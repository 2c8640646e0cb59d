using Cairn.Kernel;

namespace Cairn.Data.Versions;

/// <summary>How the lists of this module are cut into pages.</summary>
internal static class Paging
{
    public const int Default = 50;

    private const int Largest = 500;

    public static int Size(int limit) => Math.Clamp(limit, 1, Largest);

    /// <returns>The empty text for the first page.</returns>
    public static Answer<string> Key(string? pageToken) => string.IsNullOrEmpty(pageToken) ? "" : PageToken.Read(pageToken);
}

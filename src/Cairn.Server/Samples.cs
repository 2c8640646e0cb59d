using Cairn.Projects;

namespace Cairn.Server;

/// <summary>Made-up tables to try things on. The same bytes each time.</summary>
public static class Samples
{
    public const string ChurnTarget = ChurnSample.Target;

    /// <summary>Writes the churn sample as CSV, whole or not at all.</summary>
    public static void WriteChurn(string path) => ChurnSample.Write(path);
}

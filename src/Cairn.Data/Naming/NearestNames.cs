namespace Cairn.Data.Naming;

/// <summary>Which of the names there are was probably meant.</summary>
internal static class NearestNames
{
    /// <summary>"Did you mean 'tenure'? There are: a, b, c." — short enough for one line of a terminal.</summary>
    public static string Advice(string asked, IEnumerable<string> names)
    {
        var all = names.ToList();
        var near = all.Select(n => (Name: n, Distance: Distance(Fold(asked), Fold(n))))
            .Where(n => n.Distance <= Math.Max(1, asked.Length / 3))
            .OrderBy(n => n.Distance).ThenBy(n => n.Name, StringComparer.Ordinal)
            .Take(3).Select(n => $"'{n.Name}'").ToList();
        var meant = near.Count == 0 ? "" : $"Did you mean {string.Join(" or ", near)}? ";
        var shown = string.Join(", ", all.Take(30)) + (all.Count > 30 ? $" and {all.Count - 30} more" : "");
        return all.Count == 0 ? "There are none." : $"{meant}There are: {shown}.";
    }

    private static string Fold(string name) => name.Length > 64 ? name[..64].ToLowerInvariant() : name.ToLowerInvariant();

    /// <summary>Insertions, deletions, substitutions and swaps of neighbours that lead from one to the other (optimal string alignment).</summary>
    internal static int Distance(string a, string b)
    {
        var cost = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) cost[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) cost[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var best = Math.Min(Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1, cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                var swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                cost[i, j] = swapped ? Math.Min(best, cost[i - 2, j - 2] + 1) : best;
            }
        }

        return cost[a.Length, b.Length];
    }
}

using System.Globalization;
using System.Text;

namespace Cairn.EndToEnd.Tests.Running;

/// <summary>Tables of strangers: made with a seed, so that a test sees the same rows each time.</summary>
internal static class Tables
{
    /// <summary>A bank's customers; who is old, inactive and abroad leaves.</summary>
    public static string Bank(int rows = 800, int seed = 7)
    {
        var random = new Random(seed);
        var csv = new StringBuilder("CustomerId,CreditScore,Geography,Age,Balance,IsActive,Exited\n");
        for (var i = 0; i < rows; i++)
        {
            var age = random.Next(18, 80);
            var active = random.Next(2);
            var place = new[] { "France", "Spain", "Germany" }[random.Next(3)];
            var balance = random.NextDouble() * 200_000;
            var score = (0.08 * (age - 45)) - (1.2 * active) + (place == "Germany" ? 0.9 : 0) + (balance / 400_000) - 0.4;
            var exited = random.NextDouble() < 1 / (1 + Math.Exp(-score)) ? 1 : 0;
            csv.Append(CultureInfo.InvariantCulture, $"C{i:00000},{random.Next(350, 851)},{place},{age},{balance:0.00},{active},{exited}\n");
        }

        return csv.ToString();
    }

    /// <summary>The same columns, and a coin for who leaves.</summary>
    public static string Noise(int rows = 800, int seed = 7)
    {
        var coin = new Random(seed + 1);
        var lines = Bank(rows, seed).TrimEnd('\n').Split('\n');
        return lines[0] + "\n" + string.Concat(lines.Skip(1).Select(l => $"{l[..l.LastIndexOf(',')]},{coin.Next(2)}\n"));
    }

    /// <summary>One customer as JSON.</summary>
    public const string Customer = """{"CreditScore": 619, "Geography": "France", "Age": 42, "Balance": 1200.5, "IsActive": 1}""";
}

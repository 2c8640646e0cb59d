using System.Globalization;

namespace Cairn.Tracking.Sql;

/// <summary>Lists in IN that both databases understand.</summary>
internal static class SqlList
{
    /// <summary>How many values to look for at once: SQLite looks every parameter up by its name among all of its statement, which costs the square of their number.</summary>
    public const int ValuesAtOnce = 50;

    /// <summary>Adds each value as a parameter and returns <c>(@run0, @run1)</c>. Never called with nothing to look for.</summary>
    public static string In<T>(Dictionary<string, object?> parameters, string name, IReadOnlyCollection<T> values)
    {
        ArgumentOutOfRangeException.ThrowIfZero(values.Count, nameof(values));
        var names = new List<string>(values.Count);
        foreach (var value in values)
        {
            var parameter = name + names.Count.ToString(CultureInfo.InvariantCulture);
            parameters[parameter] = value;
            names.Add("@" + parameter);
        }

        return $"({string.Join(", ", names)})";
    }
}

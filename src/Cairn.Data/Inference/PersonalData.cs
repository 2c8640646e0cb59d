using System.Text.RegularExpressions;

namespace Cairn.Data.Inference;

/// <summary>A guess, from names and values, whether a column tells who a person is.</summary>
internal static partial class PersonalData
{
    /// <returns>Why, or null.</returns>
    public static string? Reason(SampledColumn column, ColumnType type)
    {
        // A handful of categories identifies nobody: PhoneService is no phone number.
        if (type is not (ColumnType.Text or ColumnType.Timestamp or ColumnType.Integer)) return null;
        if (type == ColumnType.Text && column.Values > 0)
        {
            if (column.Emails > 0.5 * column.Values) return "its values look like e-mail addresses";
            if (column.Phones > 0.8 * column.Values && column.Numbers < column.Values) return "its values look like phone numbers";
        }

        var words = Words().Matches(column.Source.Name).Select(m => m.Value.ToLowerInvariant()).ToList();
        var joined = string.Join("_", words);
        var named = type == ColumnType.Text ? TextNames() : NumberNames();
        return named.IsMatch(joined) ? "its name says so" : null;
    }

    [GeneratedRegex("[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Words();

    [GeneratedRegex("(^|_)(e_?mail|phone|telephone|mobile|surname|(first|last|full|middle|given|family|customer|client|person|user)_?name|name|address|street|ssn|iban|passport|birth_?(date|day)|date_of_birth|dob|ip_address)(_|$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TextNames();

    [GeneratedRegex("(^|_)(phone|telephone|mobile|ssn|birth_?(date|day)|date_of_birth|dob)(_|$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NumberNames();
}

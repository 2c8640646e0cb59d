using System.Globalization;
using System.Text;

namespace Cairn.Projects.Yaml;

/// <summary>Writes scalars so that they read back as the same text, here and in any other YAML reader where that can be.</summary>
internal static class YamlWriter
{
    /// <summary>Plain where it is safe, also inside [ ] and { }; else in double quotes.</summary>
    public static string Text(string text)
    {
        var plain = text.Length is > 0 and <= 200 && (char.IsLetterOrDigit(text[0]) || text[0] == '_') && text[^1] != ' '
            && text.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or ' ' or '(' or ')' or '/' or '+')
            && text is not ("null" or "Null" or "NULL");
        return plain ? text : Quote(text);
    }

    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' or (>= '\u007f' and <= '\u009f') => $"\\x{(int)c:x2}",
                '\u2028' or '\u2029' or '\ufeff' => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}

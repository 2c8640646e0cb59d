using System.Text;
using Cairn.Kernel;

namespace Cairn.Data.Sources;

/// <summary>Delimiter and column names from the first lines of a file.</summary>
internal static class CsvHeader
{
    private const int SampledRecords = 50;

    /// <summary>The one of , ; tab | that cuts the header into most fields and the first lines into as many.</summary>
    public static char Delimiter(ReadOnlySpan<byte> start)
    {
        var (best, bestScore) = (',', 0.0);
        foreach (var candidate in (ReadOnlySpan<char>)[',', ';', '\t', '|'])
        {
            var score = Score(start, candidate);
            if (score > bestScore) (best, bestScore) = (candidate, score);
        }

        return best;
    }

    public static string Word(char delimiter) => delimiter switch
    {
        ',' => "commas",
        ';' => "semicolons",
        '\t' => "tabs",
        _ => "vertical bars",
    };

    /// <summary>The names of a header record, trimmed; unnamed and repeated ones are refused.</summary>
    public static Answer<IReadOnlyList<string>> Names(string record, char delimiter, string file)
    {
        var names = Fields(record, delimiter);
        var problems = new List<FieldProblem>();
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var unnamed = false;
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i].Length == 0)
            {
                unnamed = true;
                problems.Add(new($"column {i + 1}", "no name", "a name in the header"));
            }
            else if (!seen.TryAdd(names[i], i + 1))
            {
                problems.Add(new($"column {i + 1}", $"'{names[i]}', as in column {seen[names[i]]}", "names that differ in more than upper and lower case"));
            }
        }

        if (problems.Count == 0) return names;
        var first = problems[0];
        return unnamed && first.Found == "no name"
            ? new Refusal.Invalid("data.column-unnamed", $"{file}: {first.Field} has no name in the header. Name every column (a data frame's index: write it without).") { Fields = problems }
            : new Refusal.Invalid("data.column-duplicate", $"{file}: {first.Field} is {first.Found}. Names must differ in more than upper and lower case: rename one.") { Fields = problems };
    }

    private static double Score(ReadOnlySpan<byte> start, char delimiter)
    {
        var machine = new CsvMachine(delimiter);
        var (header, records, alike) = (0, 0, 0);
        for (var at = 0; at < start.Length && records < SampledRecords;)
        {
            var (taken, ended) = machine.Advance(start[at..]);
            at += taken;
            if (machine.Fault != CsvFault.None || (!ended && at < start.Length)) break;
            if (!ended && machine.RecordLength == 0) break;
            if (machine.RecordLength > 0)
            {
                if (header == 0) header = machine.Fields;
                records++;
                if (machine.Fields == header) alike++;
            }

            machine.StartRecord();
        }

        return header > 1 ? header * (double)alike / records : 0;
    }

    private static List<string> Fields(string record, char delimiter)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        var text = record.TrimStart('\uFEFF').TrimEnd('\r', '\n');
        for (var i = 0; i < text.Length; i++)
        {
            if (quoted && text[i] == '"' && i + 1 < text.Length && text[i + 1] == '"') field.Append(text[i++]);
            else if (text[i] == '"' && (quoted || field.ToString().AsSpan().Trim().IsEmpty)) quoted = !quoted;
            else if (text[i] == delimiter && !quoted) Flush();
            else field.Append(text[i]);
        }

        Flush();
        return fields;

        void Flush()
        {
            fields.Add(field.ToString().Trim());
            field.Clear();
        }
    }
}

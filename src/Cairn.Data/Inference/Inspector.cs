using System.Globalization;
using System.Text.Json;
using Cairn.Data.Contracts;
using Cairn.Data.Engine;
using Cairn.Data.Naming;
using Cairn.Data.Sources;
using Cairn.Kernel;

namespace Cairn.Data.Inference;

/// <summary>Proposes a contract that the file keeps, and says why it is as it is.</summary>
internal sealed class Inspector(DuckDb engine, Source source, string? target, string? positive, string? key)
{
    /// <summary>More different texts than this are no category.</summary>
    private const int MostCategories = 50;

    private readonly List<string> _notes = [.. source.Notes];
    private IReadOnlyList<ScannedColumn> _scanned = [];
    private Dictionary<string, IReadOnlyList<string>> _categories = [];

    public Answer<Inspection> Run()
    {
        foreach (var (asked, code) in new[] { (target, "data.target-unknown"), (key, "data.key-unknown") })
        {
            if (asked is not null && source.Find(asked) is not { Type: not SourceType.Other })
                return new Refusal.Missing(code, $"{Path.GetFileName(source.Path)} has no column '{asked}'. {NearestNames.Advice(asked, source.Columns.Select(c => c.Name))}");
        }

        _scanned = ScannedColumn.Scan(engine, source, Sample.Take(engine, source));
        _categories = Categories();
        var chosen = Key();
        if (chosen.Refusal is { } badKey) return badKey;
        var keyName = chosen.Value.Length == 0 ? null : chosen.Value;

        var columns = _scanned.Select(c => Contract(c, keyName)).ToList();
        TargetContract? targetContract = null;
        if (target is not null)
        {
            var index = columns.FindIndex(c => c.Name == target);
            var decided = new TargetChoice(engine, source, columns[index].Type == ColumnType.Text ? ColumnType.Category : columns[index].Type, target, positive).Decide();
            if (decided.Refusal is { } refusal) return refusal;
            var (contract, column, note) = decided.Value;
            (targetContract, columns[index]) = (contract, column);
            _notes.Add(note);
        }

        var schema = Verified(new Schema(columns, keyName, targetContract));
        return new Inspection(schema, source.Rows, _notes, [.. _scanned.Select(Summary)]);
    }

    /// <summary>The distinct texts of columns that may be categories, from one scan.</summary>
    private Dictionary<string, IReadOnlyList<string>> Categories()
    {
        var few = _scanned.Where(c => c.Type == ColumnType.Text && c.Values > 0 && (c.Candidate == ColumnType.Text ? c.Distinct : c.DistinctTexts) <= 2 * MostCategories).ToList();
        if (few.Count == 0) return [];
        var scan = new TypedScan(source, [.. few.Select(c => new ColumnContract(c.Name, ColumnType.Category))]);
        var row = engine.Single($"SELECT {string.Join(", ", few.Select((_, i) => $"to_json(list_sort(list(DISTINCT v{i})))::VARCHAR"))} FROM {scan.From}");
        return few.Select((c, i) => (c.Name, Values: JsonSerializer.Deserialize<List<string?>>(row.Text(i)!)!.OfType<string>().Order(StringComparer.Ordinal).ToList()))
            .ToDictionary(c => c.Name, c => (IReadOnlyList<string>)c.Values, StringComparer.Ordinal);
    }

    /// <returns>The empty text when no column is a key.</returns>
    private Answer<string> Key()
    {
        if (key is not null)
        {
            var asked = _scanned.First(c => c.Name == key);
            var (values, distinct) = Exact(asked);
            if (values == source.Rows && distinct == source.Rows) return key;
            return new Refusal.Invalid(
                "data.key-broken",
                $"'{key}' cannot be the key: {(values < source.Rows ? $"{source.Rows - values} rows have no value" : $"{values - distinct} rows repeat a value")}. A key names every row once; leave it out, or mend the data.");
        }

        var candidates = _scanned.Where((c, i) => c.Name != target && c.Texts == source.Rows && c.Type is ColumnType.Text or ColumnType.Integer && source.Rows > 1
            && c.Distinct >= 0.95 * source.Rows && (LooksLikeId(c.Name) || (i == 0 && c is { Candidate: ColumnType.Text, Sampled.NearlyNumbers: false }))).OrderByDescending(c => LooksLikeId(c.Name)).Take(5);
        foreach (var candidate in candidates)
        {
            if (Exact(candidate) is var (values, distinct) && (values != source.Rows || distinct != source.Rows)) continue;
            _notes.Add($"{candidate.Name} is the key: it has a value in every row and no value twice.");
            return candidate.Name;
        }

        return "";
    }

    private (long Values, long Distinct) Exact(ScannedColumn column)
    {
        var scan = new TypedScan(source, [new ColumnContract(column.Name, column.Type)]);
        var row = engine.Single($"SELECT count(v0), count(DISTINCT v0) FROM {scan.From}");
        return (row.Long(0), row.Long(1));
    }

    private ColumnContract Contract(ScannedColumn column, string? keyName)
    {
        var type = column.Type;
        var missing = source.Rows - (type == ColumnType.Text ? column.Texts : column.Values);
        var categories = type == ColumnType.Text && column.Name != keyName ? AsCategory(column) : null;
        if (categories is not null) type = ColumnType.Category;

        var contract = new ColumnContract(column.Name, type, Nullable: missing > 0, Categories: categories);
        if (column.Name == keyName) return contract with { Pii = Personal(column, type) };
        if (column is { Min: { } min, Max: { } max } && type is ColumnType.Number or ColumnType.Integer)
        {
            var (low, high) = PlausibleRange.Of(min, max, type == ColumnType.Integer);
            contract = contract with { Min = low, Max = high };
        }

        if (type == ColumnType.Integer && source.Rows >= 20 && column.Distinct == source.Rows && column.Max - column.Min == source.Rows - 1)
        {
            _notes.Add($"{column.Name} counts the rows from {column.Min} to {column.Max}: it says nothing about them and is kept out of the features (at_prediction: false).");
            contract = contract with { AtPrediction = false, Max = null };
        }

        Explain(column, contract, missing);
        return contract with { Pii = Personal(column, type) };
    }

    private IReadOnlyList<string>? AsCategory(ScannedColumn column)
    {
        if (!_categories.TryGetValue(column.Name, out var values) || values.Count > MostCategories) return null;
        var unique = source.Rows < 20 ? values.Count >= column.Texts : values.Count > 0.5 * column.Texts;
        return unique && values.Count > 2 ? null : values;
    }

    private bool Personal(ScannedColumn column, ColumnType type)
    {
        if (PersonalData.Reason(column.Sampled, type) is not { } reason) return false;
        _notes.Add($"{column.Name} is marked pii: {reason}. Values that no model uses are not logged.");
        return true;
    }

    private void Explain(ScannedColumn column, ColumnContract contract, long missing)
    {
        var sampled = column.Sampled;
        var distinct = contract.Categories?.Count ?? column.Distinct;
        if (column.Texts == 0) _notes.Add($"{column.Name} has no value in any row: it is read as text and is no feature.");
        else if (distinct == 1) _notes.Add($"{column.Name} has the same value in every row that has one: it cannot help a model.");
        else if (missing > 0) _notes.Add($"{column.Name} has no value in {missing} of {source.Rows} rows and is nullable.");

        if (contract.Type == ColumnType.Text && column.TooLarge > 0 && column.Wrong == 0)
            _notes.Add($"{column.Name} holds whole numbers beyond {Reading.LargestExact}, which no double holds exactly: it is text.");
        else if (contract.Type is ColumnType.Text or ColumnType.Category && (sampled.NearlyNumbers || (column.Candidate == ColumnType.Number && column.Wrong > 0)))
            _notes.Add($"{column.Name} is {Word(contract.Type)} although most of its values are numbers: {(column.Wrong > 0 ? $"{column.Wrong} rows are not" : $"others are like {Rule.Quoted([.. sampled.Odd])}")}. Mend them to have numbers.");
        else if (contract.Type == ColumnType.Text && sampled.MonthFirst > 0 && sampled.MonthFirst == sampled.DayFirst)
            _notes.Add($"{column.Name} is text: no row tells whether its dates (like '{sampled.Examples[0]}') begin with the month or the day. Write them as 2017-10-31 to have timestamps.");
        else if (contract.Type == ColumnType.Text && column.Texts > 0)
            _notes.Add($"{column.Name} is text ({distinct} different values): it is carried along and is no feature.");
        if (contract.Type == ColumnType.Timestamp && sampled.MonthFirst + sampled.DayFirst > 0)
            _notes.Add($"{column.Name} writes dates with slashes; the {(sampled.Dates == DateOrder.MonthFirst ? "month" : "day")} comes first, as some rows show.");
        if (sampled.MissingWords > 0 && contract.Type is ColumnType.Number or ColumnType.Integer or ColumnType.Timestamp or ColumnType.Boolean)
            _notes.Add($"{column.Name} writes missing values as words like NA or NaN; they are read as missing.");
    }

    /// <summary>Holds the proposal against the file; a column that fails it after all becomes text.</summary>
    private Schema Verified(Schema schema)
    {
        var (report, _) = new ContractCheck(engine, source, schema, targetMayBeAbsent: false).Run();
        if (report.Valid) return schema;
        var failed = report.Violations.Select(v => v.Column).ToHashSet(StringComparer.Ordinal);
        if (schema.Target is { } t && failed.Contains(t.Column)) throw new InvalidOperationException($"The proposed contract fails on its target: {report.Violations[0]}");
        foreach (var violation in report.Violations) _notes.Add($"{violation.Column} is text: read otherwise, {violation.Found}, expected {violation.Expected}.");
        return schema with { Columns = [.. schema.Columns.Select(c => failed.Contains(c.Name) ? new ColumnContract(c.Name, ColumnType.Text, Nullable: true, Pii: c.Pii) : c)] };
    }

    private ColumnSummary Summary(ScannedColumn column)
    {
        var type = column.Type;
        var missing = source.Rows - (type == ColumnType.Text ? column.Texts : column.Values);
        var distinct = _categories.TryGetValue(column.Name, out var values) ? values.Count : column.Distinct;
        return type == ColumnType.Text
            ? new(column.Name, missing, distinct, null, null, null, column.Sampled.Examples)
            : new(column.Name, missing, distinct, column.Min, column.Max, column.Mean, column.Sampled.Examples);
    }

    private static bool LooksLikeId(string name)
    {
        var lower = name.ToLowerInvariant();
        return lower is "id" or "key" or "uuid" or "guid" || lower.EndsWith("_id", StringComparison.Ordinal) || lower.EndsWith(" id", StringComparison.Ordinal) || lower.EndsWith("_key", StringComparison.Ordinal)
            || name.EndsWith("ID", StringComparison.Ordinal) || name.EndsWith("Id", StringComparison.Ordinal) || name.EndsWith("Key", StringComparison.Ordinal);
    }

    private static string Word(ColumnType type) => type == ColumnType.Category ? "a category" : type.ToString().ToLower(CultureInfo.InvariantCulture);
}

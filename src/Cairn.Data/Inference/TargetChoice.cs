using System.Text.Json;
using Cairn.Data.Contracts;
using Cairn.Data.Engine;
using Cairn.Data.Sources;
using Cairn.Kernel;

namespace Cairn.Data.Inference;

/// <summary>Two classes, no gaps, and which of them counts as 1; or the reason why the column is no target.</summary>
internal sealed class TargetChoice(DuckDb engine, Source source, ColumnType type, string column, string? positive)
{
    private static readonly HashSet<string> Yes = new(StringComparer.OrdinalIgnoreCase) { "yes", "y", "true", "t", "1", "positive", "pos" };
    private static readonly HashSet<string> No = new(StringComparer.OrdinalIgnoreCase) { "no", "n", "false", "f", "0", "negative", "neg", "none" };

    public Answer<(TargetContract Target, ColumnContract Column, string Note)> Decide()
    {
        var scan = new TypedScan(source, [new ColumnContract(column, type)]);
        var row = engine.Single($$"""
            SELECT count(*) FILTER (WHERE v0 IS NULL), to_json(min(row, 5) FILTER (WHERE v0 IS NULL))::VARCHAR, count(DISTINCT v0),
              to_json(list_slice(list_sort(list(DISTINCT {{TargetLabel.Of(type, "v0")}})), 1, 20))::VARCHAR FROM {{scan.FromNumbered}}
            """);
        if (row.Long(0) > 0)
        {
            return new Refusal.Invalid("data.target-missing", $"The target {column} has no value in {row.Long(0)} rows (first: {string.Join(", ", JsonSerializer.Deserialize<long[]>(row.Text(1)!)!)}). Remove these rows or fill the target in.")
            {
                Fields = [new(column, $"{row.Long(0)} rows without a value", "a class in every row")],
            };
        }

        var (count, classes) = (row.Long(2), JsonSerializer.Deserialize<List<string>>(row.Text(3)!)!.Order(StringComparer.Ordinal).ToList());
        if (count != 2)
        {
            var shown = $"{string.Join(", ", classes.Take(10).Select(c => $"'{c}'"))}{(count > 10 ? "…" : "")}";
            return new Refusal.Invalid(
                "data.target-classes",
                count == 1 ? $"The target {column} has one class only ({shown}): there is nothing to tell apart. Two are needed." : $"The target {column} has {count} classes ({shown}). Exactly two can be learned; bring it down to two, for example with one against the rest.")
            {
                Fields = [new(column, count == 1 ? $"one class, {shown}" : $"{count} classes", "two classes")],
            };
        }

        return Positive(classes);
    }

    private Answer<(TargetContract Target, ColumnContract Column, string Note)> Positive(List<string> classes)
    {
        string? chosen;
        if (positive is not null)
        {
            var wanted = TargetLabel.Canonical(type, positive);
            chosen = classes.Find(c => c == wanted);
            if (chosen is null)
                return new Refusal.Invalid("data.target-positive", $"'{positive}' is no class of {column}: there are '{classes[0]}' and '{classes[1]}'.") { Fields = [new("positive", $"'{positive}'", $"'{classes[0]}' or '{classes[1]}'")] };
        }
        else
        {
            var (yes, no) = (classes.Where(Yes.Contains).ToList(), classes.Where(No.Contains).ToList());
            chosen = yes.Count == 1 ? yes[0] : no.Count == 1 ? classes.Find(c => c != no[0]) : null;
            if (chosen is null)
                return new Refusal.Invalid("data.target-positive", $"Which class of {column} counts as positive, '{classes[0]}' or '{classes[1]}'? Name it (target: {"{"} column: {column}, positive: … {"}"}).") { Fields = [new("positive", "nothing", $"'{classes[0]}' or '{classes[1]}'")] };
        }

        var contract = new ColumnContract(column, type, Categories: type == ColumnType.Category ? classes : null);
        return (new TargetContract(column, chosen), contract, $"{column} is the target; '{chosen}' counts as positive, '{classes.Find(c => c != chosen)}' as negative.");
    }
}

using Cairn.Data.Contracts;
using Cairn.Data.Naming;
using Cairn.Data.Sources;
using Cairn.Data.Stretches;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Data;

/// <summary>Looks at files of any size and says how they are read piece by piece. <see cref="RowReader"/> reads them.</summary>
public sealed class RowSources
{
    private readonly Jobs _jobs;

    public RowSources(StorageOptions storage)
    {
        ArgumentNullException.ThrowIfNull(storage);
        _jobs = new Jobs(Path.Combine(storage.Home, "tmp"));
    }

    /// <param name="paths">Absolute: one CSV file, or Parquet files with the same columns.</param>
    /// <param name="inputs">What will be read: those that are not nullable have to be there.</param>
    /// <param name="stretch">About how many rows a stretch has.</param>
    public async Task<Answer<RowSource>> Open(IReadOnlyList<string> paths, IReadOnlyList<ColumnContract> inputs, long stretch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (var path in paths) if (Source.Unreadable(path) is { } refusal) return refusal;

        var files = paths.Select(path => RowFile.Of(path)!).ToList(); // before they are read: what changes meanwhile is noticed
        var csv = paths.FirstOrDefault(path => !Source.IsParquet(path));
        if (csv is not null && paths.Count > 1)
            return new Refusal.Invalid("data.files-mixed", $"{csv} is not a Parquet file. Several files are read together only when all are Parquet.");

        var opened = csv is null ? await Parquet(files, stretch, cancellation) : await Csv(files[0], inputs, stretch, cancellation);
        return opened.Refusal is null && Missing(opened.Value, inputs) is { } missing ? missing : opened;
    }

    private async Task<Answer<RowSource>> Csv(RowFile file, IReadOnlyList<ColumnContract> inputs, long stretch, CancellationToken cancellation)
    {
        var scanned = await Task.Run(() => CsvScan.Read(file.Path, cancellation, stretch), cancellation);
        if (scanned.Refusal is { } malformed) return malformed;
        var layout = scanned.Value;

        IReadOnlyDictionary<string, DateOrder> orders = new Dictionary<string, DateOrder>(StringComparer.Ordinal);
        var times = inputs.Where(input => input.Type == ColumnType.Timestamp && layout.Columns.Contains(input.Name, StringComparer.Ordinal)).ToList();
        if (times.Count > 0)
        {
            var decided = await _jobs.Run<Dictionary<string, DateOrder>>(
                file.Path, (engine, source) => new ContractCheck(engine, source, new Schema(times), targetMayBeAbsent: true).DateOrders(), cancellation);
            if (decided.Refusal is { } unreadable) return unreadable;
            orders = decided.Value;
        }

        return new RowSource(
            [file], [.. layout.Columns.Select(name => new RowColumn(name, "VARCHAR"))], layout.Rows, StretchCut.Csv(layout, file.Length, stretch),
            new(layout.Delimiter, layout.PlainLineEnds, With(DateOrder.MonthFirst), With(DateOrder.DayFirst)));

        IReadOnlyList<string> With(DateOrder order) => [.. orders.Where(o => o.Value == order).Select(o => o.Key)];
    }

    private Task<Answer<RowSource>> Parquet(List<RowFile> files, long stretch, CancellationToken cancellation) => _jobs.Run<Answer<RowSource>>(
        [.. files.Select(file => file.Path)],
        engine =>
        {
            IReadOnlyList<RowColumn>? columns = null;
            var stretches = new List<RowStretch>();
            for (var i = 0; i < files.Count; i++)
            {
                var source = Source.OfParquet(engine, files[i].Path, i);
                if (source.Refusal is { } unreadable) return unreadable;
                IReadOnlyList<RowColumn> its = [.. source.Value.Columns.Select(c => new RowColumn(c.Name, c.NativeType))];
                columns ??= its;
                if (!columns.SequenceEqual(its))
                {
                    var other = columns.Except(its).Concat(its.Except(columns)).First();
                    return new Refusal.Invalid("data.files-mixed", $"{files[i].Path} has other columns than {files[0].Path}: {other.Name} ({other.Type}) is not the same in both. Files that are read together have the same columns in the same order.");
                }

                StretchCut.Parquet(stretches, i, StretchCut.RowGroups(engine, i), stretch);
            }

            return new RowSource(files, columns!, stretches.Sum(s => s.Rows), stretches);
        },
        cancellation);

    private static Refusal.Invalid? Missing(RowSource source, IReadOnlyList<ColumnContract> inputs)
    {
        var names = source.Columns.Select(c => c.Name).ToList();
        var problems = new List<FieldProblem>();
        foreach (var input in inputs)
        {
            var expected = $"a column '{input.Name}' ({input.Type.ToString().ToLowerInvariant()}). {NearestNames.Advice(input.Name, names)}";
            if (source.Columns.FirstOrDefault(c => c.Name == input.Name) is not { } found)
            {
                if (!input.Nullable) problems.Add(new(input.Name, "nothing", expected));
            }
            else if (Source.Typed(found.Type) == SourceType.Other)
            {
                problems.Add(new(input.Name, $"the Parquet type {found.Type}", expected));
            }
        }

        return problems.Count == 0
            ? null
            : new Refusal.Invalid("data.columns-missing", $"{Path.GetFileName(source.Files[0].Path)} lacks what is needed: {string.Join("; ", problems.Take(3))}{(problems.Count > 3 ? $"; and {problems.Count - 3} more" : "")}.") { Fields = problems };
    }
}

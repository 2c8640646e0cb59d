using System.Globalization;
using System.Text;
using Cairn.Data;
using Cairn.Learning;
using Cairn.Serving;
using Cairn.Serving.Batch;
using Cairn.Unit.Tests.Learning.Packages;

namespace Cairn.Unit.Tests.Serving.Batch;

/// <summary>Telco customers in files, scored in parts of a few rows.</summary>
internal sealed class BatchCase : IDisposable
{
    public static readonly BatchModel Model = new("churn", "churn", 3, new string('a', 64));

    public static readonly BatchOrder ToFile = new(Model, ["customerID"], 0, SkipInvalid: false, Csv: true, Single: true);

    public BatchCase() => Analytics = new(new() { Home = Folder });

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static Predictor Predictor => TelcoPackage.Of("xgboost").Load();

    public string Folder { get; } = Directory.CreateTempSubdirectory("cairn-test-").FullName;

    public string Growing => Path.Combine(Folder, "growing");

    public Analytics Analytics { get; }

    /// <summary>The first rows of telco as CSV; what is missing is an empty field.</summary>
    public string Csv(int rows = 1_000, Action<int, Dictionary<string, string>>? change = null)
    {
        var frame = TelcoPackage.Frame;
        var csv = new StringBuilder(string.Join(',', frame.Columns.Select(c => c.Name)) + "\n");
        for (var row = 0; row < rows; row++)
        {
            var fields = frame.Columns.ToDictionary(c => c.Name, c => Text(c, row), StringComparer.Ordinal);
            fields["customerID"] = $"customer {row}";
            change?.Invoke(row, fields);
            csv.AppendJoin(',', frame.Columns.Select(c => fields[c.Name])).Append('\n');
        }

        var path = Path.Combine(Folder, $"{Path.GetRandomFileName()}.csv");
        File.WriteAllText(path, csv.ToString());
        return path;
    }

    public async Task<BatchPlan> Plan(string path, BatchOrder? order = null, int stretch = 100) =>
        new(order ?? ToFile, (await new RowSources(new() { Home = Folder }).Open([path], Predictor.Columns, stretch, Cancellation)).Value);

    public PartScoring Scoring(BatchPlan plan, Action<long>? progress = null) => new(Analytics, Predictor, plan, new(Growing, plan.Order), null, progress ?? (_ => { }));

    public Publishing Publishing(BatchPlan plan, string output, string id = "run") => new(Analytics, plan, new(Growing, plan.Order), output, id);

    public Task<List<string?[]>> Rows(string sql, params string[] files) => Analytics.Run(
        files,
        job =>
        {
            var all = new List<string?[]>();
            using var rows = job.Query(string.Format(CultureInfo.InvariantCulture, sql, [.. files.Select((_, i) => job.File(i))]));
            while (rows.Next())
                for (var i = 0; i < rows.Count; i++) all.Add([.. Enumerable.Range(0, sql.Split(" FROM ")[0].Split(", ").Length).Select(c => rows.IsNull(c, i) ? null : rows.Texts(c).Text(i))]);
            return all;
        },
        Cancellation);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Text(FrameColumn column, int row) => column switch
    {
        NumberColumn numbers => double.IsNaN(numbers.Values[row]) ? "" : numbers.Values[row].ToString("R", CultureInfo.InvariantCulture),
        CategoryColumn categories => categories.Codes[row] < 0 ? "" : categories.Levels[categories.Codes[row]],
        TextColumn texts => texts.Values[row] ?? "",
        _ => "",
    };
}

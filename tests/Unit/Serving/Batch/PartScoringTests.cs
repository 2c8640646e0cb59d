using System.Globalization;
using Cairn.Kernel;
using Cairn.Serving.Batch;
using Cairn.Unit.Tests.Learning.Packages;

namespace Cairn.Unit.Tests.Serving.Batch;

public sealed class PartScoringTests : IDisposable
{
    private readonly BatchCase _case = new();

    private static CancellationToken Cancellation => BatchCase.Cancellation;

    private string Output => Path.Combine(_case.Folder, "scored.csv");

    [Fact]
    public async Task Every_row_is_answered_once_in_order_with_the_probability_that_it_has_alone()
    {
        var plan = await _case.Plan(_case.Csv());

        var tally = (await _case.Scoring(plan).Run(Cancellation)).Value;
        await _case.Publishing(plan, Output).AsFile(Cancellation);

        tally.ShouldBe(new(1_000, 1_000, 0, 10, 0));
        var lines = await File.ReadAllLinesAsync(Output, Cancellation);
        lines[0].ShouldBe("customerID,prediction,probability,model,version");
        lines.Length.ShouldBe(1_001);
        var alone = BatchCase.Predictor.Score(TelcoPackage.Frame);
        for (var row = 0; row < 1_000; row++)
        {
            var fields = lines[row + 1].Split(',');
            fields[0].ShouldBe($"customer {row}");
            fields[1].ShouldBe(alone[row] >= BatchCase.Predictor.Threshold ? "Yes" : "No");
            double.Parse(fields[2], CultureInfo.InvariantCulture).ShouldBe(alone[row]);
            fields[3..].ShouldBe(["churn", "3"]);
        }
    }

    /// <summary>Whatever moment it is stopped at: what is finished stays, what is not is done again, and no row is lost or twice.</summary>
    [Fact]
    public async Task Stopped_again_and_again_it_goes_on_and_the_output_is_that_of_one_go()
    {
        var plan = await _case.Plan(_case.Csv());
        (await _case.Scoring(plan).Run(Cancellation)).Value.Reused.ShouldBe(0);
        await _case.Publishing(plan, Output).AsFile(Cancellation);
        var inOneGo = await File.ReadAllTextAsync(Output, Cancellation);
        Directory.Delete(_case.Growing, recursive: true);

        var reused = new List<int>();
        for (var attempt = 0; attempt < 20; attempt++)
        {
            using var stop = new CancellationTokenSource();
            var done = 0;
            var before = new HashSet<string>(Records(), StringComparer.Ordinal);
            try
            {
                var tally = await _case.Scoring(plan, _ =>
                {
                    if (++done == before.Count + 2) stop.Cancel();
                }).Run(stop.Token);
                reused.Add(tally.Value.Reused);
                break;
            }
            catch (OperationCanceledException)
            {
                Records().Count().ShouldBeInRange(before.Count + 1, before.Count + 4); // the two that were counted, and what other workers finished meanwhile
                reused.Add(before.Count);
            }
        }

        reused.Count.ShouldBeGreaterThan(2);
        await _case.Publishing(plan, Output).AsFile(Cancellation);
        (await File.ReadAllTextAsync(Output, Cancellation)).ShouldBe(inOneGo);

        IEnumerable<string> Records() => Directory.Exists(_case.Growing) ? Directory.EnumerateFiles(_case.Growing, "part-*.json") : [];
    }

    [Fact]
    public async Task What_a_killed_process_left_half_done_is_done_again()
    {
        var plan = await _case.Plan(_case.Csv());
        await _case.Scoring(plan).Run(Cancellation);
        var parts = new PartFolder(_case.Growing, plan.Order);
        var whole = Enumerable.Range(0, 10).Select(part => File.ReadAllText(parts.Path(part))).ToList();

        File.Delete(Path.Combine(_case.Growing, "part-00001.json")); // written, not recorded
        File.WriteAllText(parts.Path(2), whole[2][..100]); // recorded, and the disk lost its end
        File.Delete(parts.Path(3));
        Directory.CreateDirectory(Path.Combine(_case.Growing, "job-x", "spill"));
        File.WriteAllText(Path.Combine(_case.Growing, "part-00004.json.next"), "{");
        var tally = (await _case.Scoring(plan).Run(Cancellation)).Value;

        tally.ShouldBe(new(1_000, 1_000, 0, 10, 7));
        Enumerable.Range(0, 10).Select(part => File.ReadAllText(parts.Path(part))).ShouldBe(whole);
        Directory.EnumerateDirectories(_case.Growing).ShouldBeEmpty();
    }

    [Fact]
    public async Task Rows_that_break_the_contract_refuse_all_and_are_named()
    {
        var plan = await _case.Plan(_case.Csv(change: (row, fields) =>
        {
            if (row == 250) fields["tenure"] = "long";
            if (row == 260) (fields["Contract"], fields["MonthlyCharges"]) = ("Weekly", "-1e999");
        }));

        var refusal = (await _case.Scoring(plan).Run(Cancellation)).Refusal.ShouldBeOfType<Refusal.Invalid>();

        refusal.Code.ShouldBe("batch.rows-invalid");
        refusal.Detail.ShouldContain("--skip-invalid");
        refusal.Fields.Select(f => (f.Field, f.Found)).ShouldBe([("row 251 tenure", "'long'"), ("row 261 MonthlyCharges", "'-1e999'"), ("row 261 Contract", "the text \"Weekly\"")], ignoreOrder: true);
    }

    [Fact]
    public async Task Rows_that_break_the_contract_go_to_a_file_of_their_own_when_asked()
    {
        var plan = await _case.Plan(
            _case.Csv(change: (row, fields) =>
            {
                if (row % 300 == 7) fields["tenure"] = "long, very";
                if (row == 307) fields["Contract"] = "Weekly";
                fields["tenure"] = fields["tenure"].Contains(',', StringComparison.Ordinal) ? $"\"{fields["tenure"]}\"" : fields["tenure"];
            }),
            BatchCase.ToFile with { SkipInvalid = true });

        var tally = (await _case.Scoring(plan).Run(Cancellation)).Value;
        await _case.Publishing(plan, Output).AsFile(Cancellation);

        tally.ShouldBe(new(1_000, 996, 4, 10, 0));
        (await _case.Rows("SELECT customerID FROM read_csv({0}, header = true)", Output)).Select(r => r[0]).ShouldBe(Enumerable.Range(0, 1_000).Where(row => row % 300 != 7).Select(row => $"customer {row}"));
        var rejects = await _case.Rows("SELECT row::VARCHAR, customerID, problem FROM read_csv({0}, header = true)", $"{Output}.rejects.csv");
        rejects.Select(r => (r[0], r[1])).ShouldBe([("8", "customer 7"), ("308", "customer 307"), ("608", "customer 607"), ("908", "customer 907")]);
        rejects[0][2].ShouldBe("tenure: found 'long, very', expected a whole number of at least 0");
        rejects[1][2]!.ShouldContain("; Contract: found the text \"Weekly\", expected one of ");
    }

    [Fact]
    public async Task Reasons_are_those_of_a_single_prediction()
    {
        var plan = await _case.Plan(_case.Csv(rows: 130), BatchCase.ToFile with { Explain = 2, Keep = [] });

        await _case.Scoring(plan).Run(Cancellation);
        await _case.Publishing(plan, Output).AsFile(Cancellation);

        var lines = await File.ReadAllLinesAsync(Output, Cancellation);
        lines[0].ShouldBe("row,prediction,probability,model,version,reason_1,reason_1_contribution,reason_2,reason_2_contribution");
        var row = BatchCase.Predictor.NewRow();
        for (var i = 0; i < 130; i++)
        {
            var json = new System.Text.Json.Utf8JsonReader(TelcoPackage.Request(i));
            json.Read();
            BatchCase.Predictor.Read(ref json, row, "$").ShouldBeNull();
            var reasons = BatchCase.Predictor.Explain(row).Contributions;
            var fields = lines[i + 1].Split(',');
            fields[0].ShouldBe($"{i + 1}");
            (fields[5], double.Parse(fields[6], CultureInfo.InvariantCulture)).ShouldBe((reasons[0].Feature, reasons[0].Contribution));
            (fields[7], double.Parse(fields[8], CultureInfo.InvariantCulture)).ShouldBe((reasons[1].Feature, reasons[1].Contribution));
        }
    }

    [Fact]
    public async Task A_source_that_changed_in_the_middle_is_refused()
    {
        var path = _case.Csv();
        var plan = await _case.Plan(path);

        var scored = await _case.Scoring(plan, rows => { if (rows == 1_000) File.AppendAllText(path, "x\n"); }).Run(Cancellation);

        scored.Refusal!.Code.ShouldBe("data.source-changed");
    }

    public void Dispose() => _case.Dispose();
}

using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Serving.Log;
using Cairn.Serving.Replay;
using Cairn.Unit.Tests.Learning;
using Cairn.Unit.Tests.Learning.Packages;

namespace Cairn.Unit.Tests.Serving;

public class ReplayTests
{
    /// <summary>Every customer of telco, as the log would keep the answers.</summary>
    private static byte[] Log(Predictor predictor)
    {
        var (row, records, source) = (predictor.NewRow(), new LogRecords(), new LogSource(Source(predictor), predictor, () => null));
        foreach (var customer in Telco.Rows)
        {
            var json = new Utf8JsonReader(TelcoPackage.Request(customer));
            json.Read();
            predictor.Read(ref json, row, "$").ShouldBeNull();
            records.Add(Uuid7.NewGuid(TimeProvider.System), 0, 0, source, RecordFlags.None, predictor.Score(row), row.Features, [], [], row.PackInputs());
        }

        return records.ToBody();
    }

    private static List<Recomputed> Replay(Predictor predictor, byte[] log)
    {
        var recomputation = new Recomputation(Source(predictor), predictor);
        var results = new List<Recomputed>();
        var reader = new BlockReader(log);
        while (reader.Next()) results.Add(recomputation.Run(LogRecord.Read(reader.Record)));
        return results;
    }

    private static LogSourceRow Source(Predictor predictor) => LogSourceRow.Of(WorkspaceId.Default, "churn", "champion", "churn", 1, predictor);

    private static void AllSame(List<Recomputed> results)
    {
        results.Count.ShouldBe(Telco.Rows.Length);
        results.Where(r => r.Result != ReplayWire.IsSame).Select(r => r.Detail).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("xgboost")]
    [InlineData("random_forest")]
    [InlineData("logistic_regression")]
    public void What_was_asked_gives_the_logged_features_and_they_the_logged_answer(string algorithm)
    {
        var predictor = TelcoPackage.Of(algorithm).Load();

        AllSame(Replay(predictor, Log(predictor)));
    }

    /// <summary>Trees ask whether a value is below a threshold: most bits of a feature can flip without another answer.</summary>
    [Fact]
    public void Any_flipped_bit_of_features_inputs_and_probability_is_found()
    {
        var predictor = TelcoPackage.Of("xgboost").Load();
        var log = Log(predictor);
        var recomputation = new Recomputation(Source(predictor), predictor);
        var reader = new BlockReader(log);
        reader.Next();
        var record = LogRecord.Read(reader.Record);

        void Differs(LogRecord altered, string what) => recomputation.Run(altered).Result.ShouldBe(ReplayWire.IsDifferent, what);
        for (var bit = 0; bit < 64; bit++) Differs(record with { Probability = BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(record.Probability) ^ (1UL << bit)) }, $"probability {bit}");
        for (var bit = 0; bit < 32 * record.Features.Length; bit++)
        {
            var features = (float[])record.Features.Clone();
            features[bit / 32] = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(features[bit / 32]) ^ (1u << (bit % 32)));
            Differs(record with { Features = features }, $"feature {predictor.Features[bit / 32]} {bit % 32}");
        }

        // An odd number of inputs leaves half a byte that says nothing; a bit of a double below the last of the float32 is rounded away.
        var found = 0;
        for (var bit = 0; bit < 8 * record.Inputs.Length; bit++)
        {
            var inputs = (byte[])record.Inputs.Clone();
            inputs[bit / 8] ^= (byte)(1 << (bit % 8));
            if (recomputation.Run(record with { Inputs = inputs }).Result == ReplayWire.IsDifferent) found++;
        }

        (found / (8.0 * record.Inputs.Length)).ShouldBeGreaterThan(0.7);
        recomputation.Run(record).Result.ShouldBe(ReplayWire.IsSame);
    }

    [Fact]
    public void The_inputs_of_a_customer_take_about_two_bytes_each()
    {
        var predictor = TelcoPackage.Of("xgboost").Load();
        var reader = new BlockReader(Log(predictor));
        var (bytes, rows) = (0, 0);
        while (reader.Next()) (bytes, rows) = (bytes + LogRecord.Read(reader.Record).Inputs.Length, rows + 1);

        ((double)bytes / rows / predictor.Layout.Inputs.Count).ShouldBeInRange(1, 3);
    }

    [Theory]
    [InlineData("xgboost")]
    [InlineData("random_forest")]
    [InlineData("logistic_regression")]
    public async Task A_log_written_without_avx_and_fma_is_repeated_here_and_one_from_here_there(string algorithm)
    {
        var folder = Directory.CreateTempSubdirectory("cairn-replay").FullName;
        try
        {
            var package = TelcoPackage.Of(algorithm);
            Directory.CreateDirectory(Path.Combine(folder, "package"));
            foreach (var (path, bytes) in package.Files) await File.WriteAllBytesAsync(Path.Combine(folder, "package", path), bytes);
            var predictor = package.Load();
            await File.WriteAllBytesAsync(Path.Combine(folder, "here"), Log(predictor));

            await OlderMachine.Run($"{typeof(ReplayTests).FullName}.{nameof(The_older_machine_replays_and_logs)}", folder);

            AllSame(Replay(predictor, await File.ReadAllBytesAsync(Path.Combine(folder, "there"))));
            (await File.ReadAllTextAsync(Path.Combine(folder, "has-avx"))).ShouldBe("False");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact(Explicit = true)] // the second process alone runs it
    public async Task The_older_machine_replays_and_logs()
    {
        var folder = OlderMachine.Given.ShouldNotBeNull();
        var files = Directory.GetFiles(Path.Combine(folder, "package")).ToDictionary(path => Path.GetFileName(path)!, File.ReadAllBytes, StringComparer.Ordinal);
        var predictor = TelcoPackage.Load(files).Value;

        AllSame(Replay(predictor, await File.ReadAllBytesAsync(Path.Combine(folder, "here"))));
        await File.WriteAllBytesAsync(Path.Combine(folder, "there"), Log(predictor));
        await File.WriteAllTextAsync(Path.Combine(folder, "has-avx"), $"{Avx.IsSupported || Fma.IsSupported}");
    }
}

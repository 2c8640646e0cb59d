using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests.Faults;

/// <summary>kill -9 in the middle of a batch: the same command goes on, and the output is that of one go.</summary>
[Collection("kills")]
public class BatchKillTests
{
    private const int Rows = 450_000; // four parts

    [Fact]
    public async Task A_batch_killed_again_and_again_has_every_row_once()
    {
        using var folder = new TestFolder();
        await folder.Project(Tables.Bank(1_500));
        (await CairnProcess.Run(folder, "run", "bank")).ShouldSucceed();
        folder.Write("bank/all.csv", Tables.Bank(Rows, seed: 11));
        string[] batch = ["batch", "bank", "--source", "bank/all.csv", "--output", "scored.csv", "--keep", "CustomerId", "--explain", "1"];

        (await CairnProcess.Run(folder, [.. batch[..5], "once.csv", .. batch[6..]])).ShouldSucceed();
        foreach (var wait in (TimeSpan[])[.. new[] { 0, 100, 200, 300, 400 }.Select(ms => TimeSpan.FromMilliseconds(ms))])
        {
            var before = Jobs(folder).ToHashSet(StringComparer.Ordinal); // left by the one killed before
            using var killed = CairnProcess.Start(folder, batch);
            while (!Jobs(folder).Except(before, StringComparer.Ordinal).Any())
            {
                if (killed.HasExited) throw new InvalidOperationException((await killed.End()).All);
                await Task.Delay(20);
            }

            await Task.Delay(wait);
            killed.Kill();
        }

        File.Exists(folder["scored.csv"]).ShouldBeFalse("nothing is half there");
        var finished = Directory.EnumerateFiles(Directory.EnumerateDirectories(folder.Path, ".scored.csv.*.partial").Single(), "part-*.json").Count();
        var goesOn = (await CairnProcess.Run(folder, batch)).ShouldSucceed();

        goesOn.Out.ShouldContain("goes on where it stopped");
        if (finished > 0) goesOn.Out.ShouldContain($"{finished} of 4 parts were there");
        (await File.ReadAllTextAsync(folder["scored.csv"])).ShouldBe(await File.ReadAllTextAsync(folder["once.csv"]));
        var lines = await File.ReadAllLinesAsync(folder["scored.csv"]);
        lines.Skip(1).Select(line => line[..line.IndexOf(',', StringComparison.Ordinal)]).ShouldBe(Enumerable.Range(0, Rows).Select(i => $"C{i:00000}"));
        Directory.EnumerateFileSystemEntries(folder.Path, ".*").ShouldBeEmpty();
    }

    /// <summary>Where it works on parts.</summary>
    private static IEnumerable<string> Jobs(TestFolder folder) =>
        Directory.EnumerateDirectories(folder.Path, ".scored.csv.*.partial").SelectMany(growing => Directory.EnumerateDirectories(growing, "job-*"));
}

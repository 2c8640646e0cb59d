using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests.Faults;

/// <summary>kill -9 while a batch reads a table, scores it, logs it and writes a table: the same command goes on, and every row is there once.</summary>
[Collection("kills")]
public class TableKillTests
{
    private const int Rows = 450_000; // four parts

    private static readonly string[] Customers = [.. Enumerable.Range(0, Rows).Select(i => $"C{i:00000}").Order(StringComparer.Ordinal)];

    [Fact]
    public async Task A_batch_from_table_to_table_killed_in_every_task_has_every_row_once()
    {
        using var folder = new TestFolder();
        await folder.Project(Tables.Bank(1_500));
        (await CairnProcess.Run(folder, "run", "bank")).ShouldSucceed();
        folder.Write("bank/all.csv", Tables.Bank(Rows, seed: 11));
        string[] keep = ["--keep", "CustomerId,CreditScore,Geography,Age,Balance,IsActive"];
        (await CairnProcess.Run(folder, ["batch", "bank", "--source", "bank/all.csv", "--output", "in.db", "--output-table", "customers", .. keep])).ShouldSucceed();
        string[] batch = ["batch", "bank", "--source", "in.db", "--table", "customers", "--order-by", "CustomerId", "--output", "out.db", "--output-table", "scored", "--log", .. keep];

        // While it reads, between the first part and the last of scoring, with some pieces in the log, and with some parts in the table.
        await Kill(folder, batch, () => Below(folder, "rows", "rows-*.parquet").Any());
        await Kill(folder, batch, () => Below(folder, "parts", "part-*.json").Any());
        await Kill(folder, batch, () => LogBytes(folder) > 4 << 20);
        await Kill(folder, batch, () => File.Exists(folder["out.db"]) && new FileInfo(folder["out.db"]).Length > 8 << 20);
        var goesOn = (await CairnProcess.Run(folder, batch)).ShouldSucceed();

        goesOn.Out.ShouldContain($"{Rows:N0} predictions are in the log");
        // As an export, which may take its time: a query has thirty seconds, which so many rows need on a busy machine.
        (await CairnProcess.Run(folder, "predictions", "export", "--deployment", "bank", "--output", "log.csv")).ShouldSucceed();
        var logged = await File.ReadAllLinesAsync(folder["log.csv"]);
        (Array.IndexOf(logged[0].Split(','), "prediction_id"), Array.IndexOf(logged[0].Split(','), "entity")).ShouldBe((0, 10));
        logged.Length.ShouldBe(Rows + 1);
        logged.Skip(1).Select(line => line.Split(',', 2)[0]).Distinct(StringComparer.Ordinal).Count().ShouldBe(Rows);
        logged.Skip(1).Select(line => line.Split(',', 12)[10]).Order(StringComparer.Ordinal).ShouldBe(Customers);
        goesOn.Out.ShouldContain("goes on where it stopped");
        (await CairnProcess.Run(folder, ["batch", "bank", "--source", "out.db", "--table", "scored", "--order-by", "CustomerId", "--output", "all.csv", "--keep", "CustomerId"])).ShouldSucceed();
        var lines = await File.ReadAllLinesAsync(folder["all.csv"]);
        lines.Skip(1).Select(line => line[..line.IndexOf(',', StringComparison.Ordinal)]).ShouldBe(Customers);
        Directory.EnumerateFileSystemEntries(Path.Combine(folder.Home, "batches")).ShouldBeEmpty();
    }

    private static async Task Kill(TestFolder folder, string[] batch, Func<bool> when)
    {
        using var killed = CairnProcess.Start(folder, batch);
        while (!when())
        {
            if (killed.HasExited) throw new InvalidOperationException((await killed.End()).All);
            await Task.Delay(5);
        }

        killed.Kill();
    }

    private static long LogBytes(TestFolder folder) => Directory.EnumerateFiles(folder.Home, "predictions.db*").Sum(file => new FileInfo(file).Length);

    private static IEnumerable<string> Below(TestFolder folder, string name, string pattern) => !Directory.Exists(Path.Combine(folder.Home, "batches"))
        ? []
        : Directory.EnumerateDirectories(Path.Combine(folder.Home, "batches")).Select(run => Path.Combine(run, name)).Where(Directory.Exists).SelectMany(place => Directory.EnumerateFiles(place, pattern));
}

using System.Diagnostics;
using System.Globalization;
using Cairn.Access;
using Cairn.Storage;
using Cairn.Tracking;
using Cairn.Unit.Tests.Tracking;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Bench.Imports;

/// <summary>Import of an MLflow store that is made for it: so many runs, each with so many metrics of so many points, two params, two tags and, if asked, one small file.</summary>
internal static class MlflowStoreImport
{
    public static void Run(string[] args)
    {
        var (runs, metrics, points, files) = args.Length > 3 ? (Number(args[0]), Number(args[1]), Number(args[2]), Number(args[3])) : (10_000, 10, 1, 0);
        Measure(runs, metrics, points, files).GetAwaiter().GetResult();
    }

    private static async Task Measure(int runs, int metrics, int points, int files)
    {
        var folder = Directory.CreateTempSubdirectory("cairn-bench-").FullName;
        try
        {
            using (var store = new MlflowStoreFile(Path.Combine(folder, "mlflow.db")))
            {
                store.Experiment(0, "Default");
                store.Experiment(1, "many");
                store.Many(runs, metrics, points);
                for (var run = 1; run <= files; run++) store.Artifact(MlflowStoreFile.Id(run), "model/MLmodel", new string('x', 4000) + run, 1);
            }

            await using var services = new ServiceCollection().AddSingleton(TimeProvider.System).AddLogging().AddStorage(new() { Home = Path.Combine(folder, "home") }).AddTracking().BuildServiceProvider();
            var import = services.GetRequiredService<MlflowImport>();
            var source = new MlflowSource(Path.Combine(folder, "mlflow.db"), folder, Path.Combine(folder, "mlartifacts"), place => place);
            var (total, most, before) = (Stopwatch.StartNew(), 0L, Environment.WorkingSet);
            foreach (var step in MlflowImport.Steps)
            {
                var took = Stopwatch.StartNew();
                await import.Take(Caller.LocalAdmin, "bench", source, step, (_, _) => most = Math.Max(most, Environment.WorkingSet), default);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{step,-16} {took.Elapsed.TotalSeconds,8:0.00} s"));
            }

            var seconds = total.Elapsed.TotalSeconds;
            var result = (await import.Finish(Caller.LocalAdmin, "bench", source, default)).Value;
            foreach (var count in result.Counts) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count.Kind,-16} {count.Taken,12:N0} of {count.Found:N0}"));
            var rows = result.Counts.Sum(count => count.Taken);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows and files in {seconds:0.00} s: {rows / seconds:N0} a second; memory {before >> 20} MB before, at most {most >> 20} MB"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

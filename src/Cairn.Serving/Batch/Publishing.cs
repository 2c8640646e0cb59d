using System.Text;
using System.Text.Json;
using Cairn.Client;
using Cairn.Data;
using Cairn.Storage;

namespace Cairn.Serving.Batch;

/// <summary>From finished parts to the output. Every step can be the last before a crash: whoever calls again goes on.</summary>
internal sealed class Publishing(Analytics analytics, BatchPlan plan, PartFolder parts, string output, string id)
{
    private static readonly JsonSerializerOptions Indented = new(CairnJson.Options) { WriteIndented = true };

    private const string Manifest = "manifest.json";
    private const string RejectsName = "rejects.csv";

    private IEnumerable<int> Parts => Enumerable.Range(0, plan.Source.Stretches.Count);

    private bool AnyRejects => Parts.Any(part => File.Exists(parts.Rejects(part)));

    /// <summary>One file, and beside it one with the rejected rows.</summary>
    public async Task<long> AsFile(CancellationToken cancellation)
    {
        var whole = Path.Combine(parts.Folder, "whole");
        if (plan.Order.Csv) Concatenate(AnswerColumns.Names(plan.Order), [.. Parts.Select(parts.Path)], whole);
        else await Merge(whole, cancellation);
        var bytes = new FileInfo(whole).Length;
        if (AnyRejects)
        {
            var rejects = Path.Combine(parts.Folder, RejectsName);
            Rejects(rejects);
            DurableFile.Put(rejects, BatchScoring.RejectsOf(output, single: true));
        }

        DurableFile.Put(whole, output);
        return bytes;
    }

    /// <summary>The folder of the parts itself, with a list of what is in it.</summary>
    public Task<long> AsFolder(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!Directory.Exists(parts.Folder)) return Task.FromResult(Published() ?? throw new DirectoryNotFoundException($"The parts of the batch are gone: there is no folder {parts.Folder}."));

        var manifest = Path.Combine(parts.Folder, Manifest);
        if (!File.Exists(manifest))
        {
            if (AnyRejects) Rejects(Path.Combine(parts.Folder, RejectsName));
            DurableFile.Put(manifest, JsonSerializer.SerializeToUtf8Bytes(Content(), Indented));
        }

        parts.Clear();
        File.WriteAllBytes(Path.Combine(parts.Folder, "_SUCCESS"), []);
        if (Directory.Exists(output)) Directory.Delete(output, recursive: true); // of an earlier batch: that was asked before this one began
        DurableFile.PutFolder(parts.Folder, output);
        return Task.FromResult(Published()!.Value);
    }

    private BatchManifest Content() => new(
        id, plan.Order.Model.Deployment, plan.Order.Model.Model, plan.Order.Model.Version, plan.Order.Model.Package, plan.Source.Rows,
        [.. Parts.Select(part => parts.Finished(part) is { } finished
            ? new BatchManifestPart(parts.Name(part), plan.Source.Stretches[part].FirstRow + 1, finished.Rows, finished.Scored, finished.Rejected, finished.Bytes)
            : throw new InvalidDataException($"Part {part} of the batch is not finished."))]);

    /// <summary>How many bytes the output has; null when what stands there is not of this batch.</summary>
    private long? Published()
    {
        var path = Path.Combine(output, Manifest);
        if (!File.Exists(path)) return null;
        var manifest = JsonSerializer.Deserialize<BatchManifest>(File.ReadAllBytes(path), CairnJson.Options);
        return manifest?.Id == id ? manifest.Parts.Sum(part => part.Bytes) : null;
    }

    private async Task Merge(string whole, CancellationToken cancellation)
    {
        IReadOnlyList<string> files = [.. Parts.Select(parts.Path)];
        if (files is [var only])
        {
            File.Copy(only, whole, overwrite: true);
            return;
        }

        await analytics.Run(
            files,
            job =>
            {
                var merged = Path.Combine(job.Folder, "whole");
                job.Execute($"COPY (SELECT * FROM read_parquet([{string.Join(", ", files.Select((_, i) => job.File(i)))}])) TO {AnalyticsJob.Text(merged)} (FORMAT parquet)");
                File.Move(merged, whole, overwrite: true);
                return true;
            },
            cancellation,
            new() { Folder = parts.Folder });
    }

    private void Rejects(string path) => Concatenate(AnswerColumns.NamesOfRejects(plan.Order), [.. Parts.Select(parts.Rejects).Where(File.Exists)], path);

    private static void Concatenate(IReadOnlyList<string> header, IReadOnlyList<string> files, string path)
    {
        using (var to = File.Create(path))
        {
            to.Write(Encoding.UTF8.GetBytes(string.Join(",", header.Select(Field)) + "\n"));
            foreach (var file in files)
            {
                using var from = File.OpenRead(file);
                from.CopyTo(to);
            }
        }

        DurableFile.Flush(path);
    }

    private static string Field(string name) => name.AsSpan().IndexOfAny("\",\r\n") < 0 ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

/// <summary>The file <c>manifest.json</c> of an output folder.</summary>
internal sealed record BatchManifest(string Id, string Deployment, string Model, long Version, string Package, long Rows, IReadOnlyList<BatchManifestPart> Parts);

/// <param name="FirstRow">In the source; 1 is the first.</param>
internal sealed record BatchManifestPart(string Name, long FirstRow, long Rows, long Scored, long Rejected, long Bytes);

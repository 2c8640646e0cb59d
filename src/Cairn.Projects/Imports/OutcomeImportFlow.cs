using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Serving;

namespace Cairn.Projects.Imports;

/// <summary>A file of outcomes as a flow of one task: rows that were taken before it stopped are repeated, which changes nothing.</summary>
internal sealed class OutcomeImportFlow(OutcomeFiles files, SentFiles sent)
{
    public Flow Build(OutcomeImportParameters parameters) => new(OutcomeImportParameters.Flow, [new("take", [], (context, stop) => Take(context, parameters, stop))]);

    private async Task<Answer<string>> Take(TaskContext context, OutcomeImportParameters parameters, CancellationToken cancellation)
    {
        if (sent.Find(parameters.Sent) is not { } path)
            return new Refusal.Missing("outcome.file-gone", "The file is no longer kept: one that nobody works on is removed after a week, and no backup has it. Send it again; rows that were taken change nothing.");
        context.Report(0, "looking through the file");
        var taken = await files.Take(
            context.Caller, path, parameters.Columns,
            (state, share) =>
            {
                cancellation.ThrowIfCancellationRequested();
                context.Report(Math.Min(share, 0.99), Say(state));
                return Task.CompletedTask;
            },
            cancellation);
        if (taken.Refusal is null or Refusal.Invalid) sent.Remove(parameters.Sent); // what is wrong with a file stays wrong
        if (taken.Refusal is { } refusal) return refusal;
        context.Report(1, Say(taken.Value));
        return JsonSerializer.Serialize(taken.Value, CairnJson.Options);
    }

    private static string Say(OutcomeImportWire state) =>
        $"{state.Rows:N0} rows{string.Concat(state.Counts.Where(count => count.Value > 0).Select(count => $", {count.Value:N0} {count.Key}"))}";
}

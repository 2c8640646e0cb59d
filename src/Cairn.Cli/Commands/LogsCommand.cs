using System.CommandLine;
using System.Text.Json;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client;

namespace Cairn.Cli.Commands;

internal static class LogsCommand
{
    private static readonly Option<int> Lines = new("--lines", "-n") { Description = "How many lines from the end", DefaultValueFactory = _ => 50, HelpName = "n" };
    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on as lines are written" };

    public static Command Build() => new Command("logs", "Show the log of the home's server (--json: lines as they were written)") { Lines, Follow }.Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        var file = invocation.Settings.LogFile;
        if (!File.Exists(file)) throw new CairnException(Problems.Of("cli.no-log", $"There is no log at {file}: no server has run in this home. Name the home with --home."));

        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var last = new Queue<string>();
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            last.Enqueue(line);
            if (last.Count > Math.Max(0, invocation.Get(Lines))) last.Dequeue();
        }

        foreach (var line in last) Show(invocation.Terminal, line);
        while (invocation.Get(Follow))
        {
            while (await reader.ReadLineAsync(cancellation) is { } line) Show(invocation.Terminal, line);
            await Task.Delay(200, cancellation);
        }

        return ExitCode.Ok;
    }

    private static void Show(Terminal terminal, string line) => Terminal.WriteLine(terminal.Json ? line : Readable(line));

    /// <summary>"07:12:03 warn Message" of a JSON line; a line that is none stays as it is.</summary>
    private static string Readable(string line)
    {
        try
        {
            using var parsed = JsonDocument.Parse(line);
            var entry = parsed.RootElement;
            return entry.ValueKind != JsonValueKind.Object
                ? line
                : string.Join(' ', new[] { Text(entry, "time"), Text(entry, "level"), Text(entry, "message"), Text(entry, "exception") }.Where(t => t.Length > 0));
        }
        catch (JsonException)
        {
            return line;
        }
    }

    private static string Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) ? value.ToString() : "";
}

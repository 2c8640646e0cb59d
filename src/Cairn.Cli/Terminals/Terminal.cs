using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Terminals;

/// <summary>
/// What a person or a script gets to see. Results go to standard output; notes too, unless the result is JSON: then standard output
/// holds nothing else. Errors go to standard error.
/// </summary>
internal sealed class Terminal
{
    private static readonly JsonSerializerOptions Nulls = new(CairnJson.Options) { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.Never };

    private readonly IAnsiConsole _out;
    private readonly IAnsiConsole _error;

    public Terminal(bool json, bool quiet, bool colour)
    {
        (Json, Quiet) = (json, quiet);
        _out = For(Console.Out, Console.IsOutputRedirected, colour);
        _error = For(Console.Error, Console.IsErrorRedirected, colour);
    }

    public bool Json { get; }

    public bool Quiet { get; }

    /// <value>Where notes and progress go.</value>
    public IAnsiConsole Notes => Json ? _error : _out;

    /// <value>Somebody is watching: progress may move.</value>
    public bool Live => !Quiet && (Json ? !Console.IsErrorRedirected : !Console.IsOutputRedirected);

    /// <summary>A line about what goes on; markup is not read.</summary>
    public void Note(string text)
    {
        if (!Quiet) Notes.WriteLine(text);
    }

    public void Note(IRenderable content)
    {
        if (!Quiet) Notes.Write(content);
    }

    /// <summary>The result, for people.</summary>
    public void Write(IRenderable content) => _out.Write(content);

    /// <summary>A line of the result as it is, however long: JSON does not survive a wrap.</summary>
    public static void WriteLine(string text) => Console.Out.WriteLine(text);

    /// <summary>The result, for scripts: one line, every key there, null or not.</summary>
    public static void WriteJson<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, Nulls));

    public void Show(Problem problem)
    {
        if (Json)
        {
            Console.Error.WriteLine(JsonSerializer.Serialize(problem, CairnJson.Options));
            return;
        }

        _error.MarkupLineInterpolated($"[red]Error[/] ({problem.Code})");
        _error.WriteLine(problem.Detail);
        foreach (var field in problem.Errors ?? []) _error.WriteLine($"  {field.Field}: found {field.Found}, expected {field.Expected}");
        if (problem.TraceId is { } trace && problem.Status >= 500) _error.WriteLine($"The server's log tells more: cairn logs | grep {trace}");
    }

    private static IAnsiConsole For(TextWriter writer, bool redirected, bool colour)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            ColorSystem = colour && !redirected ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        // Nothing to wrap for when nobody looks; a file keeps its lines whole.
        if (redirected) console.Profile.Width = 1000;
        return console;
    }
}

using System.CommandLine;
using Cairn.Cli.Terminals;
using Cairn.Client;

namespace Cairn.Cli.Invoking;

/// <summary>One run of one command: its arguments, where it talks to and where it writes.</summary>
internal sealed class Invocation(ParseResult parsed, Settings settings, Terminal terminal)
{
    public Settings Settings { get; } = settings;

    public Terminal Terminal { get; } = terminal;

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetValue(argument)!;

    public bool Has(Option option) => parsed.GetResult(option) is { Implicit: false };

    public Task<Session> Connect(CancellationToken cancellation) => Session.Open(Settings, Terminal, cancellation);
}

internal static class CommandActions
{
    /// <summary>What the command does. Whatever goes wrong is told on standard error and ends in an exit code.</summary>
    public static TCommand Does<TCommand>(this TCommand command, Func<Invocation, CancellationToken, Task<int>> act, bool json = true) where TCommand : Command
    {
        if (json) command.Options.Add(GlobalOptions.Json);
        command.SetAction((parsed, cancellation) => Act(parsed, act, json, cancellation));
        return command;
    }

    private static async Task<int> Act(ParseResult parsed, Func<Invocation, CancellationToken, Task<int>> act, bool json, CancellationToken cancellation)
    {
        var terminal = new Terminal(
            json: json && parsed.GetValue(GlobalOptions.Json),
            quiet: parsed.GetValue(GlobalOptions.Quiet),
            colour: !parsed.GetValue(GlobalOptions.NoColor) && Environment.GetEnvironmentVariable("NO_COLOR") is not { Length: > 0 });
        try
        {
            return await act(new Invocation(parsed, Settings.Of(parsed), terminal), cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            terminal.Note("Cancelled.");
            return ExitCode.Cancelled;
        }
        catch (CairnException declined)
        {
            terminal.Show(declined.Problem);
            return ExitCode.Failure;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            terminal.Show(Problems.Of("cli.file", broken.Message));
            return ExitCode.Failure;
        }
    }
}

using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Cairn.EndToEnd.Tests.Running;

/// <summary>What a command left behind.</summary>
internal sealed record Ended(int ExitCode, string Out, string Error)
{
    public string All => $"exit {ExitCode}\n--- out\n{Out}\n--- error\n{Error}";

    /// <value>The last line of standard output.</value>
    public JsonElement Json => JsonDocument.Parse(Out.TrimEnd().Split('\n')[^1]).RootElement.Clone();

    public JsonElement ErrorJson => JsonDocument.Parse(Error.TrimEnd().Split('\n')[^1]).RootElement.Clone();

    public Ended ShouldSucceed()
    {
        ExitCode.ShouldBe(0, All);
        return this;
    }

    public Ended ShouldFail(int exitCode, params string[] saying)
    {
        ExitCode.ShouldBe(exitCode, All);
        foreach (var words in saying) Error.ShouldContain(words, Case.Insensitive, All);
        return this;
    }
}

/// <summary>The built <c>cairn</c>, as a person starts it: a process with its arguments, and nothing of the tester's environment.</summary>
internal sealed class CairnProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();
    private readonly Task _read;

    private CairnProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _read = Task.WhenAll(Read(_process.StandardOutput, _out), Read(_process.StandardError, _error));
    }

    public static string Binary { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Cairn.Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "cairn"));

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    public string OutSoFar
    {
        get
        {
            lock (_out) return _out.ToString();
        }
    }

    public static CairnProcess Start(TestFolder folder, params string[] arguments) => new(With(folder, Binary, arguments));

    /// <param name="program">Instead of the binary itself: something that starts it.</param>
    public static CairnProcess StartBy(TestFolder folder, string program, params string[] arguments) => new(With(folder, program, arguments));

    public static async Task<Ended> Run(TestFolder folder, params string[] arguments)
    {
        using var running = Start(folder, arguments);
        return await running.End();
    }

    public async Task<Ended> End()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException late)
        {
            Kill();
            throw new TimeoutException($"cairn did not end within {Patience}.\n{OutSoFar}\n{_error}", late);
        }

        await _read;
        return new Ended(_process.ExitCode, _out.ToString(), _error.ToString());
    }

    /// <summary>Waits for words on standard output.</summary>
    public async Task<string> Says(string words)
    {
        var waiting = Stopwatch.StartNew();
        while (!OutSoFar.Contains(words, StringComparison.Ordinal))
        {
            if (_process.HasExited || waiting.Elapsed > Patience) throw new TimeoutException($"cairn never said '{words}'.\n{(await End()).All}");
            await Task.Delay(20);
        }

        return OutSoFar;
    }

    /// <summary>As the out-of-memory killer does it.</summary>
    public void Kill()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true); // runuser would leave its child behind
        _process.WaitForExit();
    }

    /// <summary>Ctrl-C.</summary>
    public void Interrupt()
    {
        using var kill = Process.Start("kill", ["-INT", $"{Pid}"]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    private static ProcessStartInfo With(TestFolder folder, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program) { UseShellExecute = false, WorkingDirectory = folder.Path, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("CAIRN_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in folder.Environment) start.Environment[name] = value;
        start.Environment["CAIRN_HOME"] = folder.Home;
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        return start;
    }

    private static async Task Read(StreamReader reader, StringBuilder into)
    {
        while (await reader.ReadLineAsync() is { } line)
            lock (into) into.Append(line).Append('\n');
    }
}

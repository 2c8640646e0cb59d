using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Cairn.Client.Logging;

/// <summary>What a run came from: who, with which program, which commit and what was not committed. Nothing of it is needed: what is not found is left out.</summary>
internal sealed record RunOrigin(IReadOnlyDictionary<string, string> Tags, IReadOnlyList<(string Path, string Content)> Files)
{
    private const int LongestFile = 1 << 20;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private static readonly JsonSerializerOptions _readable = new() { WriteIndented = true };

    public static RunOrigin None { get; } = new(new Dictionary<string, string>(StringComparer.Ordinal), []);

    /// <param name="source">A file of code; its repository is asked for commit and changes.</param>
    public static async Task<RunOrigin> Read(string source, CancellationToken cancellation)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["mlflow.user"] = Environment.UserName,
            ["mlflow.source.name"] = Assembly.GetEntryAssembly()?.GetName().Name ?? Path.GetFileName(Environment.ProcessPath) ?? "",
            ["mlflow.source.type"] = "LOCAL",
        };
        var files = new List<(string, string)> { ("environment.json", Environs()) };
        var isThere = File.Exists(source); // on the machine it was compiled on
        if (isThere && new FileInfo(source).Length <= LongestFile) files.Add(($"code/{Path.GetFileName(source)}", await File.ReadAllTextAsync(source, cancellation).ConfigureAwait(false)));

        var folder = isThere ? Path.GetDirectoryName(source)! : Environment.CurrentDirectory;
        if (await Git(folder, cancellation, "rev-parse", "HEAD").ConfigureAwait(false) is not { } commit) return new(tags, files);
        tags["mlflow.source.git.commit"] = commit;
        if (await Git(folder, cancellation, "rev-parse", "--abbrev-ref", "HEAD").ConfigureAwait(false) is { } branch) tags["mlflow.source.git.branch"] = branch;
        if (await Git(folder, cancellation, "remote", "get-url", "origin").ConfigureAwait(false) is { } remote) tags["mlflow.source.git.repoURL"] = WithoutPassword(remote);
        if (await Git(folder, cancellation, "status", "--porcelain").ConfigureAwait(false) is { } changes)
        {
            tags["mlflow.source.git.dirty"] = changes.Length > 0 ? "true" : "false";
            if (changes.Length > 0 && await Git(folder, cancellation, "diff", "HEAD").ConfigureAwait(false) is { Length: > 0 and <= LongestFile } difference)
                files.Add(("code/uncommitted.diff", difference + "\n"));
        }

        return new(tags, files);
    }

    /// <summary>The address of a repository may hold a token.</summary>
    public static string WithoutPassword(string remote) =>
        Uri.TryCreate(remote, UriKind.Absolute, out var address) && address.UserInfo.Length > 0 ? new UriBuilder(address) { UserName = "", Password = "" }.Uri.AbsoluteUri : remote;

    private static string Environs() => JsonSerializer.Serialize(
        new
        {
            dotnet = RuntimeInformation.FrameworkDescription, os = RuntimeInformation.OSDescription, architecture = RuntimeInformation.ProcessArchitecture.ToString(),
            cpus = Environment.ProcessorCount, machine = Environment.MachineName,
            assemblies = AppDomain.CurrentDomain.GetAssemblies().Where(assembly => !assembly.IsDynamic).Select(assembly => assembly.GetName())
                .OrderBy(name => name.Name, StringComparer.Ordinal).Select(name => $"{name.Name} {name.Version}"),
        },
        _readable);

    /// <summary>Null: no git, no repository, or no answer in time.</summary>
    private static async Task<string?> Git(string folder, CancellationToken cancellation, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, StandardOutputEncoding = Encoding.UTF8,
            Environment = { ["GIT_OPTIONAL_LOCKS"] = "0", ["GIT_TERMINAL_PROMPT"] = "0" },
        };
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(_patience);
        try
        {
            using var git = Process.Start(start);
            if (git is null) return null;
            try
            {
                var (said, complained) = (git.StandardOutput.ReadToEndAsync(late.Token), git.StandardError.ReadToEndAsync(late.Token));
                await Task.WhenAll(said, complained).ConfigureAwait(false);
                await git.WaitForExitAsync(late.Token).ConfigureAwait(false);
                return git.ExitCode == 0 ? (await said.ConfigureAwait(false)).TrimEnd() : null;
            }
            finally
            {
                if (!git.HasExited) git.Kill();
            }
        }
        catch (Exception none) when (none is Win32Exception or InvalidOperationException || (none is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }
}

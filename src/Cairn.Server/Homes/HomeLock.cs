using System.Globalization;
using System.Text;
using System.Text.Json;
using Cairn.Client;
using Cairn.Kernel;

namespace Cairn.Server.Homes;

/// <summary>
/// Holds <c>home/lock</c> (an flock: the kernel lets it go when the process dies, however it dies) and tells in <c>home/server.json</c> who
/// holds it. Only the holder touches <c>home/cairn.sock</c>.
/// </summary>
internal sealed class HomeLock : IDisposable
{
    // sun_path has 108 bytes with its final zero.
    private const int LongestSocketPath = 107;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _lock;
    private readonly long _startedAt = TimeProvider.System.Micros();

    private HomeLock(string home, FileStream held) => (Home, _lock) = (home, held);

    public string Home { get; }

    public string SocketPath => SocketOf(Home);

    private string OwnerPath => OwnerOf(Home);

    public static string SocketOf(string home) => Path.Combine(home, "cairn.sock");

    private static string OwnerOf(string home) => Path.Combine(home, "server.json");

    public static Answer<HomeLock> Take(string path)
    {
        var home = Path.GetFullPath(path);
        if (Encoding.UTF8.GetByteCount(SocketOf(home)) is > LongestSocketPath and var length)
            return new Refusal.Invalid(
                "home.path-too-long",
                $"The socket {SocketOf(home)} would have a path of {length} bytes; the system allows {LongestSocketPath}. Choose a home with a shorter path (--home), or point a short symbolic link at this one.");
        if (File.Exists(home))
            return new Refusal.Invalid("home.not-a-folder", $"{home} is a file. Choose a folder for the home (--home).");

        FileStream? held = null;
        try
        {
            Directory.CreateDirectory(home, OwnerOnly | UnixFileMode.UserExecute);
            held = TryHold(Path.Combine(home, "lock"));
            if (held is null) return Owned(home);
            var taken = new HomeLock(home, held);
            taken.Announce(null);
            File.Delete(taken.SocketPath); // left by an owner that was killed
            return taken;
        }
        catch (Exception denied) when (denied is UnauthorizedAccessException or IOException)
        {
            held?.Dispose();
            return new Refusal.Invalid(
                "home.read-only",
                $"The home {home} cannot be written: {denied.Message.TrimEnd('.')}. Cairn keeps all its state there: give {Environment.UserName} the right to write, or choose another folder (--home).");
        }
    }

    /// <summary>Writes who owns the home, and where it listens once it does.</summary>
    public void Announce(Uri? url)
    {
        var owner = new Owner(Environment.ProcessId, url?.GetLeftPart(UriPartial.Authority), SocketPath, _startedAt);
        var next = OwnerPath + ".next";
        using (var file = new FileStream(next, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            JsonSerializer.Serialize(file, owner, CairnJson.Options);
        File.Move(next, OwnerPath, overwrite: true);
    }

    public void Dispose()
    {
        File.Delete(SocketPath);
        File.Delete(OwnerPath);
        _lock.Dispose();
    }

    private static FileStream? TryHold(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = OwnerOnly });
        }
        catch (IOException busy) when (busy.GetType() == typeof(IOException) && File.Exists(path) && IsHeld(busy))
        {
            return null;
        }
    }

    // The runtime reports EWOULDBLOCK of flock as a sharing violation: errno 11 on Linux, 35 on macOS.
    private static bool IsHeld(IOException busy) => busy.HResult is 11 or 35 || (busy.HResult & 0xFFFF) == 32;

    private static Refusal.Conflict Owned(string home)
    {
        var owner = ReadOwner(home);
        var who = owner is null
            ? "another process"
            : $"process {owner.Pid.ToString(CultureInfo.InvariantCulture)}, running since {Time.FromMicros(owner.StartedAt):yyyy-MM-dd HH:mm:ss} UTC{(owner.Url is null ? "" : $" at {owner.Url}")}";
        return new Refusal.Conflict(
            "home.owned", $"The home {home} is owned by {who}. One process owns a home at a time: use that server, stop it with 'cairn stop', or choose another home (--home).");
    }

    private static Owner? ReadOwner(string home)
    {
        try
        {
            return JsonSerializer.Deserialize<Owner>(File.ReadAllBytes(OwnerOf(home)), CairnJson.Options);
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException or UnauthorizedAccessException)
        {
            return null; // it is just starting or stopping
        }
    }

    internal sealed record Owner(int Pid, string? Url, string Socket, long StartedAt);
}

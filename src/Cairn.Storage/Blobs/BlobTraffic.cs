using Cairn.Kernel;

namespace Cairn.Storage.Blobs;

/// <summary>Keeps a blob from being removed while it is written, and from being written while it is removed.</summary>
internal sealed class BlobTraffic
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Digest, int> _arriving = [];
    private readonly Dictionary<Digest, TaskCompletionSource> _leaving = [];

    /// <summary>Waits until nobody removes it. Any number may write it at once.</summary>
    public async Task<IDisposable> Arrive(Digest digest)
    {
        while (true)
        {
            Task gone;
            lock (_lock)
            {
                if (!_leaving.TryGetValue(digest, out var leaving))
                {
                    _arriving[digest] = _arriving.GetValueOrDefault(digest) + 1;
                    return new Passage(() => Arrived(digest));
                }

                gone = leaving.Task;
            }

            await gone;
        }
    }

    /// <returns>Null: somebody writes it, or removes it already.</returns>
    public IDisposable? Leave(Digest digest)
    {
        lock (_lock) return _arriving.ContainsKey(digest) || !_leaving.TryAdd(digest, new(TaskCreationOptions.RunContinuationsAsynchronously)) ? null : new Passage(() => Left(digest));
    }

    private void Arrived(Digest digest)
    {
        lock (_lock)
        {
            if (_arriving[digest] > 1) _arriving[digest]--;
            else _arriving.Remove(digest);
        }
    }

    private void Left(Digest digest)
    {
        TaskCompletionSource? gone;
        lock (_lock) _leaving.Remove(digest, out gone);
        gone!.SetResult();
    }

    private sealed class Passage(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

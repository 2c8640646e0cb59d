namespace Cairn.Storage.Blobs;

/// <summary>Who wants no blob to be removed at present.</summary>
internal sealed class BlobHolds
{
    private readonly Lock _lock = new();
    private int _holds;

    public bool Any
    {
        get
        {
            lock (_lock) return _holds > 0;
        }
    }

    public IDisposable Hold()
    {
        lock (_lock) _holds++;
        return new Holding(this);
    }

    /// <summary>Removes something, while nobody begins to hold.</summary>
    /// <returns>False: somebody holds; nothing was done.</returns>
    public bool Remove(Action removal)
    {
        lock (_lock)
        {
            if (_holds > 0) return false;
            removal();
            return true;
        }
    }

    private void Release()
    {
        lock (_lock) _holds--;
    }

    private sealed class Holding(BlobHolds holds) : IDisposable
    {
        private BlobHolds? _holds = holds;

        public void Dispose() => Interlocked.Exchange(ref _holds, null)?.Release();
    }
}

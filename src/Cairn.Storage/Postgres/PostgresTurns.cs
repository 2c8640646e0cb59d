using System.Security.Cryptography;
using Npgsql;

namespace Cairn.Storage.Postgres;

/// <summary>
/// Runs a transaction again that others got in the way of. Many who change the same rows would go on getting in each other's way, so from some
/// attempt on one runs alone: nobody else of this process writes, and it cannot lose but to another process.
/// </summary>
internal sealed class PostgresTurns : IDisposable
{
    private const int Attempts = 16, BesideOthers = 4, LongestPause = 128;

    private readonly ReaderWriterLockSlim _turn = new();

    /// <exception cref="PostgresException">The last one, when all attempts failed.</exception>
    public T Run<T>(Func<T> once, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return attempt <= BesideOthers ? Beside(once) : Alone(once);
            }
            catch (PostgresException e) when (PostgresFaults.MayRunAgain(e) ? attempt < Attempts : PostgresFaults.MayBeOfRace(e) && attempt <= BesideOthers) // alone it is of none
            {
                cancellation.WaitHandle.WaitOne(RandomNumberGenerator.GetInt32(1, Math.Min(2 << attempt, LongestPause)));
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    public void Dispose() => _turn.Dispose();

    private T Beside<T>(Func<T> once)
    {
        _turn.EnterReadLock();
        try
        {
            return once();
        }
        finally
        {
            _turn.ExitReadLock();
        }
    }

    private T Alone<T>(Func<T> once)
    {
        _turn.EnterWriteLock();
        try
        {
            return once();
        }
        finally
        {
            _turn.ExitWriteLock();
        }
    }
}

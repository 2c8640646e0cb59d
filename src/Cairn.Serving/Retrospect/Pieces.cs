using Cairn.Serving.Log;

namespace Cairn.Serving.Retrospect;

/// <summary>Works on a stretch of the log on all cores, a piece at a time: the memory it takes does not depend on how long the stretch is.</summary>
internal static class Pieces
{
    /// <param name="work">Of a piece; from several threads.</param>
    /// <param name="add">What came of it; one at a time, in no order.</param>
    public static Task Of<T>(
        IAsyncEnumerable<IReadOnlyList<LoggedPrediction>> log, Func<IReadOnlyList<LoggedPrediction>, CancellationToken, ValueTask<T>> work, Action<T> add, CancellationToken cancellation)
    {
        var gate = new Lock();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation };
        return Parallel.ForEachAsync(log, parallel, async (piece, stop) =>
        {
            var done = await work(piece, stop);
            lock (gate) add(done);
        });
    }
}

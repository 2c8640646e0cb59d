using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Recycling;

namespace Cairn.Unit.Tests.Tracking;

/// <summary>What is deleted and purged in a home, and what is then left of it.</summary>
public abstract class PurgeTests : TrackingTests
{
    protected long Now => Home.Clock.Micros();

    protected Task<bool> Write(Action<WriteTransaction> change) => Home.Database.Write(
        t =>
        {
            change(t);
            return true;
        },
        Cancelled);

    /// <summary>After all that happened before.</summary>
    protected Task<bool> Later(Action<WriteTransaction> change)
    {
        Home.Clock.Step(TimeSpan.FromMilliseconds(1));
        return Write(change);
    }

    /// <summary>As a purge that is killed then.</summary>
    protected Task<bool> Begin(string subject) => Write(t => Purging.Begin(t, Admin, [BinContents.Find(t, WorkspaceId.Default, subject)!], Now).ShouldHaveSingleItem());

    protected Task<PurgeResult> Look(params string[] subjects) => Home.Bin.Look(WorkspaceId.Default, subjects.Length == 0 ? null : subjects, long.MaxValue, (_, _) => { }, Cancelled);

    protected Task<PurgeResult> Purge(long deletedBefore = long.MaxValue) => Home.Bin.Purge(Admin, null, deletedBefore, (_, _) => { }, Cancelled);

    protected Task<PurgeResult> Purge(params string[] subjects) => Home.Bin.Purge(Admin, subjects, long.MaxValue, (_, _) => { }, Cancelled);

    protected async Task<IReadOnlyList<BinItemWire>> Bin(WorkspaceId? workspace = null) =>
        (await Home.Database.Read(t => BinContents.Page(t, workspace ?? WorkspaceId.Default, 100, null, 30, BinKind.All), Cancelled)).Items;

    protected Task<long> Count(string table) => Home.Database.Read(t => t.Scalar<long>($"SELECT COUNT(*) FROM {table}"), Cancelled);

    /// <summary>All files were written two days ago.</summary>
    protected async Task Age()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Home.Folder, "blobs"), "*", SearchOption.AllDirectories)) File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-2));
        await Write(t => t.Execute("UPDATE unnamed_blobs SET look_at = 0"));
    }
}

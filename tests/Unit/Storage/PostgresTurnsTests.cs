using Cairn.Storage;

namespace Cairn.Unit.Tests.Storage;

/// <summary>Writers who get in each other's way, as they cannot with one writer.</summary>
public sealed class PostgresTurnsTests : OnDatabase
{
    protected override bool Postgres => true;

    [Fact]
    public async Task Many_who_change_one_row_all_get_their_turn()
    {
        await Database.Write(t => t.Execute("INSERT INTO notes (id) VALUES (1)"));

        await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                await Database.Write(t =>
                {
                    var count = t.Scalar<long>("SELECT count FROM notes WHERE id = 1");
                    t.Execute("SELECT pg_sleep(0.002)"); // so that others come in between
                    return t.Execute("UPDATE notes SET count = @next WHERE id = 1", new { next = count + 1 });
                });
            }
        })));

        (await Database.Read(t => t.Scalar<long>("SELECT count FROM notes WHERE id = 1"))).ShouldBe(480);
    }

    [Fact]
    public async Task Work_that_always_meets_others_is_given_up_as_busy()
    {
        var attempts = 0;

        var failure = await Should.ThrowAsync<StorageException>(() => Database.Write(t =>
        {
            attempts++;
            return t.Execute("DO $$ BEGIN RAISE EXCEPTION 'others were here' USING ERRCODE = '40001'; END $$");
        }));

        (failure.Fault, attempts).ShouldBe((StorageFault.Busy, 16));
        (await Count()).ShouldBe(0);
    }

    [Fact]
    public async Task A_name_that_others_took_in_the_meantime_is_seen_by_the_next_attempt()
    {
        var attempts = 0;

        var found = await Database.Write(t =>
        {
            if (attempts++ == 0) t.Execute("DO $$ BEGIN RAISE EXCEPTION 'it is there' USING ERRCODE = '23505'; END $$");
            return t.Scalar<long>("SELECT 7");
        });

        (found, attempts).ShouldBe((7, 2));
    }
}

using Cairn.Storage;
using Cairn.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Storage;

public sealed class SqliteConformanceTests : DatabaseConformance
{
    private readonly string _home = Directory.CreateTempSubdirectory("cairn-test-").FullName;

    protected override Task<Database> Open() => Task.FromResult<Database>(SqliteDatabase.Open(_home, TimeProvider.System, NullLogger.Instance));

    [Fact]
    public async Task A_row_that_fails_after_others_is_told_and_the_statement_runs_again()
    {
        foreach (var last in (string[])["[", "3"])
        {
            List<long> seen = [];
            var read = Database.Read(t =>
            {
                t.Each("SELECT json_extract(value, '$') FROM json_each(@texts)", new { texts = t.Texts(["1", "2", last]) }, row => seen.Add(row.Whole(0)));
                return true;
            });
            if (last == "[") (await Should.ThrowAsync<Exception>(() => read)).Message.ShouldContain("malformed JSON");
            else (await read).ShouldBeTrue();
            seen.ShouldBe(last == "[" ? [1, 2] : [1, 2, 3]);
        }
    }

    protected override Task Cleanup()
    {
        Directory.Delete(_home, recursive: true);
        return Task.CompletedTask;
    }
}

using System.CommandLine;
using Cairn.Client.Wire;

namespace Cairn.Cli.Terminals;

/// <summary>Lists, read page by page up to a number of rows.</summary>
internal static class Paging
{
    private const int PageSize = 200;

    public static Option<int> Limit(string order = "newest first") => new("--limit") { Description = $"At most so many, {order}; 0: all", DefaultValueFactory = _ => 50, HelpName = "n" };

    public static Option<string?> NamePart() => new("--name") { Description = "Only those that have this part in their name, in any case", HelpName = "part" };

    public static async Task<IReadOnlyList<T>> Take<T>(int limit, Func<int, string?, Task<Page<T>>> read)
    {
        var most = limit > 0 ? limit : int.MaxValue;
        var items = new List<T>();
        string? token = null;
        do
        {
            var page = await read(Math.Min(PageSize, most - items.Count), token);
            items.AddRange(page.Items);
            token = page.NextPageToken;
        }
        while (token is not null && items.Count < most);

        return items;
    }
}

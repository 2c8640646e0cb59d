using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Web.Components;

/// <summary>What a part of a page shows: a value, or the problem the API answered with. One part that fails leaves the others standing.</summary>
internal sealed record Loaded<T>(T? Value, Problem? Problem) where T : class
{
    public static async Task<Loaded<T>> From(Task<T> request)
    {
        try
        {
            return new(await request, null);
        }
        catch (CairnException declined)
        {
            return new(null, declined.Problem);
        }
    }
}

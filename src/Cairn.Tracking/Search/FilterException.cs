namespace Cairn.Tracking.Search;

/// <summary>A filter or an order that cannot be followed. Thrown, not returned: it comes out of the middle of a text.</summary>
/// <param name="place">Where in the filter, from 0; null: in no one place.</param>
internal sealed class FilterException(string message, int? place = null) : Exception(message)
{
    public int? Place => place;
}

namespace Cairn.Kernel;

/// <summary>How many rows a page of a list has.</summary>
public static class PageSize
{
    public const int Default = 100;
    public const int Most = 1000;

    public static Answer<int> Of(int? asked, int unlessSaid = Default, int most = Most) =>
        asked is null ? unlessSaid
        : asked >= 1 && asked <= most ? asked.Value
        : new Refusal.Invalid("request.limit", $"limit={asked} was asked; a page has 1 to {most} rows. Follow next_page_token to see more.");
}

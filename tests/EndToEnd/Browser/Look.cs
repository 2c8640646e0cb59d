namespace Cairn.EndToEnd.Tests.Browser;

/// <summary>How large a window is, and light or dark.</summary>
internal sealed record Look(string Name, int Width, int Height, bool Dark)
{
    public static readonly Look Wide = new("light-1440", 1440, 900, Dark: false);
    public static readonly Look WideDark = new("dark-1440", 1440, 900, Dark: true);
    public static readonly Look Phone = new("light-390", 390, 844, Dark: false);
    public static readonly Look PhoneDark = new("dark-390", 390, 844, Dark: true);
    public static readonly Look Huge = new("light-2560", 2560, 1440, Dark: false);
    public static readonly Look HugeDark = new("dark-2560", 2560, 1440, Dark: true);

    public static IReadOnlyList<Look> Mouse { get; } = [Wide, WideDark, Huge, HugeDark];

    public static IReadOnlyList<Look> Finger { get; } = [Phone, PhoneDark];
}

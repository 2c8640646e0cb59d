using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace Cairn.Web.Components.Figures;

/// <summary>Numbers as SVG writes them, and places on a scale.</summary>
internal static class Shape
{
    public static string N(double number) => Math.Round(number, 2).ToString(CultureInfo.InvariantCulture);

    /// <summary>Where a value lies between two ends, as a place between two others. A scale without length puts everything in its middle.</summary>
    public static double Place(double value, double low, double high, double from, double to) =>
        high > low ? from + (Math.Clamp((value - low) / (high - low), 0, 1) * (to - from)) : (from + to) / 2;

    /// <summary>Round steps that cover a range: 0, 0.005, 0.01.</summary>
    public static IReadOnlyList<double> Ticks(double low, double high, int about)
    {
        if (!(high > low)) return [low];
        var rough = (high - low) / about;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
        List<double> ticks = [];
        for (var tick = Math.Ceiling(low / step) * step; tick <= high + (step * 1e-9); tick += step) ticks.Add(Math.Abs(tick) < step * 1e-9 ? 0 : tick);
        return ticks;
    }

    /// <summary>Words in a drawing. Razor takes a text element in its source for its own.</summary>
    /// <param name="look">A class, or nothing.</param>
    /// <param name="anchor">start, middle or end.</param>
    public static RenderFragment Words(string? look, double x, double y, string anchor, string words) => builder =>
    {
        builder.OpenElement(0, "text");
        builder.AddAttribute(1, "class", look);
        builder.AddAttribute(2, "x", N(x));
        builder.AddAttribute(3, "y", N(y));
        builder.AddAttribute(4, "text-anchor", anchor);
        builder.AddContent(5, words);
        builder.CloseElement();
    };
}

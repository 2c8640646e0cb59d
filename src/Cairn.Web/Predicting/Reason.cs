using Cairn.Web.Components;

namespace Cairn.Web.Predicting;

/// <summary>A feature and its value in words.</summary>
internal static class Reason
{
    public static string Words(RowForm form, string feature) => Value(form, feature) switch
    {
        null => $"{Format.Clip(feature, 60)}, computed",
        "" => $"{Format.Clip(feature, 60)} is not given",
        var value => $"{Format.Clip(feature, 60)} is {Format.Clip(value, 60)}",
    };

    /// <summary>tenure 3: for the axis of a chart.</summary>
    public static string Label(RowForm form, string feature) => Format.Clip($"{Format.Clip(feature, 24)} {Value(form, feature) switch { null => "", "" => Format.None, var value => value }}".Trim(), 34);

    /// <summary>−41 points: a difference of probabilities.</summary>
    public static string Points(double difference) => $"{Format.Difference(difference * 100, Math.Abs(difference) < 0.0995 ? 1 : 0)} points";

    /// <returns>Null: it is no input, a transform made it.</returns>
    private static string? Value(RowForm form, string feature) => form.Fields.FirstOrDefault(field => field.Input.Name == feature)?.Value.Trim();
}

using Cairn.Client.Wire;
using Spectre.Console;

namespace Cairn.Cli.Terminals;

/// <summary>The variants of a deployment side by side.</summary>
internal static class VariantTables
{
    public static Table Of(VariantsWire shown)
    {
        var table = Tables.New("variant", "#version", "#traffic", "since", "problem");
        foreach (var v in shown.Variants)
            table.With(v.Name, v.Version is { } version ? $"{version}" : "-", v.Shadow ? "shadow" : Format.Percent(v.Weight), Format.Time(v.Since), v.Problem ?? "");
        return table;
    }
}

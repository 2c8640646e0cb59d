using System.Text.Json;
using Cairn.Web.Components;

namespace Cairn.Web.Predictions;

/// <summary>A value of a request as people read it.</summary>
internal static class InputText
{
    private const int Longest = 200;

    public static string Of(JsonElement? value) => value switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => "missing",
        { ValueKind: JsonValueKind.String } text => Format.Clip(text.GetString()!, Longest),
        { ValueKind: JsonValueKind.True } => "true",
        { ValueKind: JsonValueKind.False } => "false",
        { } other => Format.Clip(other.GetRawText(), Longest),
    };
}

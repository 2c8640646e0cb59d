using Cairn.Kernel;

namespace Cairn.Serving.Protocols;

/// <summary>
/// The numbers that Python writes into JSON and JSON has not. NaN is how pandas says missing; an infinity is handed on as a number that no
/// contract takes.
/// </summary>
internal static class BareNumbers
{
    public static ReadOnlySpan<byte> Replace(ReadOnlySpan<byte> json) => PythonJson.Replace(json, "null"u8, "1e999"u8, "-1e999"u8) is { } replaced ? replaced : json;
}

using Cairn.Client.Wire;

namespace Cairn.Serving.Protocols;

/// <summary>One input tensor of a request of the Open Inference Protocol: where in the body its name and its data stand.</summary>
internal sealed record Tensor(string Name, (int Start, int Length) RawName, string Datatype, long[] Shape, (int Start, int Length) Data)
{
    public const string Bytes = "BYTES", Bool = "BOOL";

    public static readonly string[] Datatypes =
        [Bool, "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BF16", Bytes];

    /// <summary>What the metadata of a model says its input is; other datatypes that hold its values are taken too.</summary>
    public static string DatatypeOf(InputFieldWire input) => input.Type switch
    {
        "integer" => "INT64",
        "boolean" => Bool,
        "number" => "FP64",
        _ => Bytes,
    };

    public string ShapeText => $"[{string.Join(", ", Shape)}]";

    /// <summary>True for one value a row: <c>[n]</c> or <c>[n, 1]</c>.</summary>
    public bool IsColumn => Shape is [_] or [_, 1];
}

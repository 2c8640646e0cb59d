using System.Text.Json;
using Cairn.Client;
using Cairn.Data;

namespace Cairn.Learning;

/// <summary>
/// How the raw inputs of a logged row are to be read: their order, and the texts that their codes mean. First come the inputs of the
/// model, then the columns of its contract that another version may want: all that a request may carry but free text, personal data and the key.
/// </summary>
public sealed record InputLayout(IReadOnlyList<LoggedInput> Inputs, IReadOnlyList<string> Texts)
{
    /// <summary>JSON, stable to the byte.</summary>
    public string Write() => JsonSerializer.Serialize(this, CairnJson.Options);

    public static InputLayout Read(string json) => JsonSerializer.Deserialize<InputLayout>(json, CairnJson.Options)!;
}

public sealed record LoggedInput(string Name, ColumnType Type);

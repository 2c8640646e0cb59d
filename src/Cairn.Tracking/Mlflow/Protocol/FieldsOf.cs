using System.Text;

namespace Cairn.Tracking.Mlflow.Protocol;

/// <summary>Requests of a few texts, all of them required.</summary>
internal static class FieldsOf
{
    /// <summary>In the order of the names; a text that may be empty has a <c>?</c> after its name.</summary>
    public static string[] Texts(MlflowCall call, params string[] names)
    {
        var values = call.Read((ref ProtoReader reader) =>
        {
            var read = new string?[names.Length];
            while (reader.Next())
            {
                var at = 0;
                while (at < names.Length && !Is(ref reader, names[at])) at++;
                if (at < names.Length) read[at] = reader.Text(names[at].TrimEnd('?'));
                else reader.Skip();
            }

            return read;
        });
        for (var at = 0; at < names.Length; at++)
        {
            if (names[at].EndsWith('?')) values[at] ??= "";
            else if (string.IsNullOrEmpty(values[at])) throw MlflowException.Required(names[at]);
        }

        return values!;
    }

    public static string Text(MlflowCall call, string name) => Texts(call, name)[0];

    /// <summary>The id of a run, under its old name too.</summary>
    public static string RunId(MlflowCall call)
    {
        var values = Texts(call, "run_id?", "run_uuid?");
        return values[0].Length > 0 ? values[0] : values[1].Length > 0 ? values[1] : throw MlflowException.Required("run_id");
    }

    private static bool Is(ref ProtoReader reader, string name)
    {
        Span<byte> utf8 = stackalloc byte[64];
        return reader.Is(utf8[..Encoding.UTF8.GetBytes(name.AsSpan().TrimEnd('?'), utf8)]);
    }
}

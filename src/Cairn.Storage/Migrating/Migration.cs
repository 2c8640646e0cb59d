using System.Text;
using Cairn.Kernel;

namespace Cairn.Storage.Migrating;

/// <summary>One file <c>Migrations/NNNN_name.sql</c>. It is never edited once released: its checksum is remembered by every home.</summary>
internal sealed record Migration(long Number, string Name, string Sql)
{
    /// <value>Of the text before tokens are replaced, so that it is the same for both databases.</value>
    public string Checksum => Digest.Of(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))).Hex;

    public string FileName => $"{Number:0000}_{Name}.sql";

    /// <summary>Those this build carries, in order. PostgreSQL gets all of them; on SQLite the log of predictions is a file of its own.</summary>
    public static IReadOnlyList<Migration> BuiltIn { get; } =
    [
        .. typeof(Migration).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("Migrations/", StringComparison.Ordinal))
            .Select(Load)
            .OrderBy(migration => migration.Number),
    ];

    public static IReadOnlyList<Migration> OfMetadata { get; } = [.. BuiltIn.Where(migration => !migration.IsOfLog)];

    public static IReadOnlyList<Migration> OfLog { get; } = [.. BuiltIn.Where(migration => migration.IsOfLog)];

    /// <value>True for the files in <c>Migrations/Log</c>.</value>
    public bool IsOfLog { get; private init; }

    private static Migration Load(string resource)
    {
        using var reader = new StreamReader(typeof(Migration).Assembly.GetManifestResourceStream(resource)!);
        var (number, name) = Path.GetFileNameWithoutExtension(resource).Split('_', 2) is [var left, var right] ? (long.Parse(left), right) : throw new FormatException(resource);
        return new(number, name, reader.ReadToEnd()) { IsOfLog = resource.StartsWith("Migrations/Log/", StringComparison.Ordinal) };
    }
}

using System.Globalization;
using Cairn.Storage;

namespace Cairn.EndToEnd.Tests.Running;

/// <summary>What is in the database of a home, whoever has it open.</summary>
internal static class StoredRows
{
    /// <returns>The first column.</returns>
    public static IReadOnlyList<string> Of(TestFolder folder, string sql)
    {
        var database = folder.Environment.TryGetValue("CAIRN_POSTGRES", out var postgres) ? OutsideDatabase.Read(postgres)! : OutsideDatabase.OfFile(Path.Combine(folder.Home, "cairn.db"));
        using var connection = database.Open(write: false);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture)!);
        return rows;
    }

    public static long Count(TestFolder folder, string from) => long.Parse(Of(folder, $"SELECT COUNT(*) FROM {from}")[0], CultureInfo.InvariantCulture);
}

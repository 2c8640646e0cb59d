using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Cairn.Storage.Sqlite;

/// <summary>Binds the provider to the SQLite of the system, which gets its security fixes; the one in the package is of 2021.</summary>
internal static class SystemSqlite
{
    public const string Library = "libsqlite3.so.0";

    private static readonly Lazy<bool> Loaded = new(() =>
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        raw.FreezeProvider();
        raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0); // nobody reads the statistics, which take a lock for every piece of memory
        return true;
    });

    public static void Load() => _ = Loaded.Value;

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != "e_sqlite3") return 0;
        return NativeLibrary.TryLoad(Library, out var handle)
            ? handle
            : throw new StorageException(StorageFault.Unavailable, $"The library {Library} is not installed. On Debian: apt-get install libsqlite3-0.");
    }
}

using System.Runtime.InteropServices;
using Cairn.Client.Wire;

namespace Cairn.Server.Operations;

/// <summary>Whether the native libraries can be loaded, and which versions they are.</summary>
internal static unsafe class NativeLibraries
{
    public static DoctorCheck Xgboost()
    {
        if (!NativeLibrary.TryLoad("libxgboost.so.0", out var library) && !NativeLibrary.TryLoad("libxgboost.so", out library))
            return new("xgboost", "bad", "libxgboost.so.0 is not installed", "Install it: apt-get install libxgboost0");
        var version = (delegate* unmanaged<int*, int*, int*, void>)NativeLibrary.GetExport(library, "XGBoostVersion");
        int major, minor, patch;
        version(&major, &minor, &patch);
        return new("xgboost", "ok", $"XGBoost {major}.{minor}.{patch}");
    }

    public static DoctorCheck DuckDb()
    {
        if (!NativeLibrary.TryLoad(Path.Combine(AppContext.BaseDirectory, "libduckdb.so"), out var library))
            return new("duckdb", "bad", "libduckdb.so was not found beside the program", "Fetch it and build again: npm ci --ignore-scripts in native/, then ./cairn");
        var version = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(library, "duckdb_library_version");
        return new("duckdb", "ok", $"DuckDB {Marshal.PtrToStringUTF8((nint)version())}");
    }
}

using System.Runtime.InteropServices;

namespace Cairn.Learning.Models;

/// <summary>The part of XGBoost's C API (1.6 or newer) that training needs. Every call answers 0 or leaves a message.</summary>
internal static unsafe partial class XgboostLibrary
{
    private const string Name = "xgboost";

    static XgboostLibrary() => NativeLibrary.SetDllImportResolver(typeof(XgboostLibrary).Assembly, Resolve);

    public static string Version
    {
        get
        {
            XGBoostVersion(out var major, out var minor, out var patch);
            return $"{major}.{minor}.{patch}";
        }
    }

    public static void Check(int result)
    {
        if (result != 0) throw new InvalidOperationException($"XGBoost: {Marshal.PtrToStringUTF8((nint)XGBGetLastError())?.Trim()}");
    }

    [LibraryImport(Name)]
    private static partial void XGBoostVersion(out int major, out int minor, out int patch);

    [LibraryImport(Name)]
    private static partial byte* XGBGetLastError();

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGDMatrixCreateFromDense(string array, string config, out nint matrix);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGDMatrixSetFloatInfo(nint matrix, string field, float* values, ulong count);

    [LibraryImport(Name)]
    public static partial int XGDMatrixFree(nint matrix);

    [LibraryImport(Name)]
    public static partial int XGBoosterCreate(nint* matrices, ulong count, out nint booster);

    [LibraryImport(Name)]
    public static partial int XGBoosterFree(nint booster);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterSetParam(nint booster, string name, string value);

    [LibraryImport(Name)]
    public static partial int XGBoosterUpdateOneIter(nint booster, int iteration, nint matrix);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterSaveModelToBuffer(nint booster, string config, out ulong length, out byte* content);

    [LibraryImport(Name)]
    public static partial int XGBoosterLoadModelFromBuffer(nint booster, byte* content, ulong length);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterPredictFromDMatrix(nint booster, nint matrix, string config, out ulong* shape, out ulong dimensions, out float* result);

    private static nint Resolve(string library, System.Reflection.Assembly assembly, DllImportSearchPath? path)
    {
        if (library != Name) return 0;
        if (NativeLibrary.TryLoad("libxgboost.so.0", out var handle) || NativeLibrary.TryLoad("libxgboost.so", out handle)) return handle;
        throw new DllNotFoundException(
            "The library libxgboost.so.0, which trains 'xgboost' and 'random_forest', is not installed. Install the Debian package: apt-get install libxgboost0. 'logistic_regression' works without it.");
    }
}

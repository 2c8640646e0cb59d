using System.Globalization;
using Cairn.Learning.Models;

namespace Cairn.Bench.Learning;

/// <summary>XGBoost's own TreeSHAP through its C API, one thread; matrices are made beforehand, so that only the call is timed.</summary>
internal sealed unsafe class NativeContributions : IDisposable
{
    private const string Contributions = """{"type":2,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false}""";

    private readonly nint _booster;
    private readonly List<nint> _matrices = [];

    public NativeContributions(byte[] ubj)
    {
        XgboostLibrary.Check(XgboostLibrary.XGBoosterCreate(null, 0, out _booster));
        fixed (byte* content = ubj) XgboostLibrary.Check(XgboostLibrary.XGBoosterLoadModelFromBuffer(_booster, content, (ulong)ubj.Length));
        XgboostLibrary.Check(XgboostLibrary.XGBoosterSetParam(_booster, "nthread", "1"));
    }

    public nint Matrix(FeatureMatrix features)
    {
        fixed (float* values = features.Values)
        {
            var array = string.Create(CultureInfo.InvariantCulture, $$"""{"data":[{{(long)values}},true],"shape":[{{features.Rows}},{{features.Columns}}],"typestr":"<f4","version":3}""");
            XgboostLibrary.Check(XgboostLibrary.XGDMatrixCreateFromDense(array, """{"missing":NaN,"nthread":1}""", out var matrix));
            _matrices.Add(matrix);
            return matrix;
        }
    }

    public void Explain(nint matrix) => XgboostLibrary.Check(XgboostLibrary.XGBoosterPredictFromDMatrix(_booster, matrix, Contributions, out _, out _, out _));

    public void Dispose()
    {
        foreach (var matrix in _matrices) XgboostLibrary.Check(XgboostLibrary.XGDMatrixFree(matrix));
        XgboostLibrary.Check(XgboostLibrary.XGBoosterFree(_booster));
    }
}

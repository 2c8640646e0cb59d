using System.Globalization;
using System.Runtime.InteropServices;

namespace Cairn.Learning.Models;

/// <summary>A booster of the native library: trained once, saved, freed. Scores for tests; the answer path uses <see cref="FlatTrees"/>.</summary>
internal sealed unsafe class XgboostBooster : SafeHandle
{
    private const string Predict = """{"type":TYPE,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false}""";

    private XgboostBooster(nint booster)
        : base(0, ownsHandle: true) => SetHandle(booster);

    public override bool IsInvalid => handle == 0;

    /// <param name="parameters">As XGBoost names them, without seed and threads.</param>
    public static XgboostBooster Train(
        FeatureMatrix features, ReadOnlySpan<float> labels, IReadOnlyList<(string Name, string Value)> parameters, int rounds, int seed, int threads)
    {
        using var matrix = new Matrix(features, labels, threads);
        var native = matrix.DangerousGetHandle();
        XgboostLibrary.Check(XgboostLibrary.XGBoosterCreate(&native, 1, out var created));
        var booster = new XgboostBooster(created);
        try
        {
            booster.Set("nthread", threads.ToString(CultureInfo.InvariantCulture));
            booster.Set("seed", seed.ToString(CultureInfo.InvariantCulture));
            booster.Set("seed_per_iteration", "true"); // the generator is one per thread of ours: a fit must not depend on the fit before it
            booster.Set("verbosity", "0");
            foreach (var (name, value) in parameters) booster.Set(name, value);
            for (var round = 0; round < rounds; round++) XgboostLibrary.Check(XgboostLibrary.XGBoosterUpdateOneIter(created, round, native));
            return booster;
        }
        catch
        {
            booster.Dispose();
            throw;
        }
    }

    public static XgboostBooster Load(ReadOnlySpan<byte> ubj)
    {
        XgboostLibrary.Check(XgboostLibrary.XGBoosterCreate(null, 0, out var created));
        var booster = new XgboostBooster(created);
        fixed (byte* content = ubj) XgboostLibrary.Check(XgboostLibrary.XGBoosterLoadModelFromBuffer(created, content, (ulong)ubj.Length));
        return booster;
    }

    /// <summary>The model as Universal Binary JSON.</summary>
    public byte[] Save()
    {
        XgboostLibrary.Check(XgboostLibrary.XGBoosterSaveModelToBuffer(handle, """{"format":"ubj"}""", out var length, out var content));
        return new ReadOnlySpan<byte>(content, checked((int)length)).ToArray();
    }

    /// <summary>Margins: log-odds of a classifier, means of a forest.</summary>
    public float[] Margins(FeatureMatrix features) => Run(features, type: 1);

    public float[] Scores(FeatureMatrix features) => Run(features, type: 0);

    /// <summary>SHAP values, one row after the other; the last of each row is the base value.</summary>
    public float[] Contributions(FeatureMatrix features) => Run(features, type: 2);

    protected override bool ReleaseHandle() => XgboostLibrary.XGBoosterFree(handle) == 0;

    private float[] Run(FeatureMatrix features, int type)
    {
        using var matrix = new Matrix(features, [], threads: 1);
        var config = Predict.Replace("TYPE", type.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        XgboostLibrary.Check(XgboostLibrary.XGBoosterPredictFromDMatrix(handle, matrix.DangerousGetHandle(), config, out var shape, out var dimensions, out var result));
        var length = 1UL;
        for (var i = 0UL; i < dimensions; i++) length *= shape[i];
        return new ReadOnlySpan<float>(result, checked((int)length)).ToArray();
    }

    private void Set(string name, string value) => XgboostLibrary.Check(XgboostLibrary.XGBoosterSetParam(handle, name, value));

    /// <summary>The native copy of features and labels; NaN is missing.</summary>
    private sealed class Matrix : SafeHandle
    {
        public Matrix(FeatureMatrix features, ReadOnlySpan<float> labels, int threads)
            : base(0, ownsHandle: true)
        {
            fixed (float* values = features.Values, target = labels)
            {
                var array = string.Create(CultureInfo.InvariantCulture, $$"""{"data":[{{(long)values}},true],"shape":[{{features.Rows}},{{features.Columns}}],"typestr":"<f4","version":3}""");
                XgboostLibrary.Check(XgboostLibrary.XGDMatrixCreateFromDense(array, $$"""{"missing":NaN,"nthread":{{threads}}}""", out var created));
                SetHandle(created);
                if (labels.Length > 0) XgboostLibrary.Check(XgboostLibrary.XGDMatrixSetFloatInfo(created, "label", target, (ulong)labels.Length));
            }
        }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => XgboostLibrary.XGDMatrixFree(handle) == 0;
    }
}

namespace Cairn.Unit.Tests;

/// <summary>Real data and golden values that lie beside the repository; a test that needs them is skipped where they are absent.</summary>
internal static class RealData
{
    /// <param name="path">Below the shared folder: <c>data/telco-churn/telco_churn.csv</c>.</param>
    public static string Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", path);
            if (File.Exists(file)) return file;
        }

        Assert.Skip($"shared/{path} stands in no folder above the tests.");
        return "";
    }
}

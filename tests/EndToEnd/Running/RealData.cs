namespace Cairn.EndToEnd.Tests.Running;

/// <summary>Public data sets that are not part of the repository.</summary>
internal static class RealData
{
    public static string Telco()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", "data", "telco-churn", "telco_churn.csv");
            if (File.Exists(file)) return file;
        }

        Assert.Skip("The telco data set is not on this machine (shared/data/telco-churn/telco_churn.csv in a folder above).");
        return "";
    }
}

namespace Cairn.Unit.Tests.Projects;

/// <summary>Files of this repository that tests hold against the code: samples, documentation.</summary>
internal static class Repository
{
    public static string Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props"))) continue;
            return Path.Combine(folder.FullName, path);
        }

        throw new FileNotFoundException($"No repository above {AppContext.BaseDirectory}.");
    }
}

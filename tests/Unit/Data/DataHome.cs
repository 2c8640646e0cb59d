using System.Text;
using Cairn.Data;
using Cairn.Kernel;

namespace Cairn.Unit.Tests.Data;

/// <summary>Datasets over a home of their own, and a place for files to read.</summary>
public sealed class DataHome : IAsyncDisposable
{
    private readonly TestHome _home = new();

    public DataHome() => Datasets = new Datasets(_home.Database, _home.Blobs, new() { Home = _home.Folder }, TimeProvider.System);

    public Datasets Datasets { get; }

    public TestHome Home => _home;

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string File(string text, string name = "data.csv") => File(Encoding.UTF8.GetBytes(text), name);

    public string File(byte[] content, string name = "data.csv")
    {
        var folder = Directory.CreateDirectory(Path.Combine(_home.Folder, "files")).FullName;
        var path = Path.Combine(folder, name);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    public Task<Answer<Inspection>> Inspect(string csv, string? target = null, string? positive = null, string? key = null) =>
        Datasets.Inspect(File(csv), target, positive, key, Cancellation);

    public async Task<ValidationReport> Validate(string csv, Schema schema) => (await Datasets.Validate(File(csv), schema, Cancellation)).Value;

    public async Task<Frame> Read(string csv, params ColumnContract[] columns) => (await Datasets.Read(File(csv), new Schema(columns), Cancellation)).Value;

    /// <value>Folders of jobs: there must be none once a call has returned.</value>
    public IReadOnlyList<string> LeftBehind => Directory.Exists(Path.Combine(_home.Folder, "tmp")) ? Directory.GetFileSystemEntries(Path.Combine(_home.Folder, "tmp"), "job-*", SearchOption.AllDirectories) : [];

    public ValueTask DisposeAsync() => _home.DisposeAsync();
}

using System.Net;
using Cairn.Cli.Projects;
using Cairn.Client;

namespace Cairn.Unit.Tests.Cli;

public sealed class NewProjectTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory();

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task What_the_server_declines_leaves_the_folder_as_it_was()
    {
        var project = Path.Combine(_home.FullName, "bank");
        Write("bank/cairn.yaml", "project: bank");
        Write("bank/data/customers.csv", "the data of before");
        Write("customers.csv", "other data");
        using var http = new HttpClient(new Declining()) { BaseAddress = new Uri("http://localhost/") };

        await Should.ThrowAsync<CairnException>(() => NewProject.Create(
            new CairnClient(http), project, "bank", Path.Combine(_home.FullName, "customers.csv"), "Typo", null, null, overwrite: true, TestContext.Current.CancellationToken));

        File.ReadAllText(Path.Combine(project, "data", "customers.csv")).ShouldBe("the data of before");
        Directory.EnumerateFiles(project, "*", SearchOption.AllDirectories).Count().ShouldBe(2);
    }

    private void Write(string path, string text)
    {
        var file = new FileInfo(Path.Combine(_home.FullName, path));
        file.Directory!.Create();
        File.WriteAllText(file.FullName, text);
    }

    private sealed class Declining : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound) { RequestMessage = request });
    }
}

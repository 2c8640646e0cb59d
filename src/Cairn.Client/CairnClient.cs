namespace Cairn.Client;

/// <summary>The whole API, typed. One partial file for each area.</summary>
public sealed partial class CairnClient(HttpClient http)
{
    private readonly HttpClient _http = http;

    public Uri? BaseAddress => _http.BaseAddress;
}

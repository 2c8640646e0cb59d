using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.Api.Tests.Server;

/// <summary>The API as clients know it: <c>approved/openapi.v1.json</c>, canonically ordered, without the version of the build.</summary>
public class ApprovedContractTests
{
    private static readonly string Approved = Path.Combine(Repository.Root, "tests", "Api", "Server", "approved", "openapi.v1.json");
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_API_is_the_approved_one()
    {
        await using var home = await TestHome.Start();
        var now = Canonical(await home.Http.GetStringAsync("/openapi/v1.json"));
        var before = File.Exists(Approved) ? JsonNode.Parse(await File.ReadAllTextAsync(Approved))!.AsObject() : [];
        if (JsonNode.DeepEquals(before, now)) return;

        var changes = ContractComparison.Of(before, now);
        var breaks = changes.Any(change => change.Kind == ContractChangeKind.Breaking);
        var wanted = Environment.GetEnvironmentVariable("CAIRN_APPROVE");
        if (wanted is { Length: > 0 } && (!breaks || wanted == "breaking"))
        {
            await File.WriteAllTextAsync(Approved, now.ToJsonString(Readable) + "\n");
            return;
        }

        Assert.Fail($"The API is not the approved one:\n{string.Join('\n', changes)}\n{(breaks
            ? "Clients of v1 would break: keep what was there and mark it .Deprecated(...), see docs/reference/api-versioning.md. If nobody can have used it yet: make approve CAIRN_APPROVE=breaking"
            : "Nothing of it breaks a client. To approve it: make approve")}");
    }

    private static JsonObject Canonical(string document)
    {
        var root = Ordered(JsonNode.Parse(document))!.AsObject();
        root["info"]!.AsObject().Remove("version");
        return root;
    }

    private static JsonNode? Ordered(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Ordered(member.Value)))),
        JsonArray items when items.All(item => item is JsonValue) => new JsonArray([.. items.OrderBy(item => item!.ToString(), StringComparer.Ordinal).Select(item => item!.DeepClone())]), // required, type, enum: sets
        JsonArray items => new JsonArray([.. items.Select(Ordered)]),
        _ => node?.DeepClone(),
    };
}

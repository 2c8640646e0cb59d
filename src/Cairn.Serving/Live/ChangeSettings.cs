using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Live;

/// <summary>PATCH /api/v1/deployments/{name}: a JSON merge patch (RFC 7396) of its settings; null brings a default back.</summary>
internal static class ChangeSettings
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPatch("/api/v1/deployments/{name}", Handle)
        .WithName(nameof(ChangeSettings)).WithSummary("Change the settings of a deployment: only what is named").WithTags("Serving")
        .Accepts<DeploymentSettings>("application/json", "application/merge-patch+json")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status412PreconditionFailed)
        .Requires(Permission.DeploymentsWrite).Mutates();

    private static async Task<Results<Ok<DeploymentWire>, ProblemHttpResult>> Handle(
        string name, JsonElement request, HttpRequest http, Caller caller, LiveDeployments live, Database database, CancellationToken cancellation)
    {
        if (request.ValueKind != JsonValueKind.Object)
            return new Refusal.Invalid("deployment.settings-invalid", $"The body is {request.ValueKind.ToString().ToLowerInvariant()}; an object with the settings to change is taken.").ToProblem();
        var found = live.Find(caller.Workspace, name);
        if (found.Refusal is { } unknown) return unknown.ToProblem();

        await found.Value.Wake(cancellation); // a condition is about what GET shows, with inputs
        var changed = await database.Attempt(
            transaction => Unmatched(transaction, found.Value, http) is { } stale ? stale : Apply(transaction, caller, name, request), cancellation);
        if (changed.Refusal is { } refusal) return refusal.ToProblem();
        found.Value.Choose(changed.Value);
        return TypedResults.Ok(found.Value.ToWire(withInputs: true));
    }

    // What is live follows the commit, so two changes at once would both match it; the row tells them apart.
    private static Refusal? Unmatched(WriteTransaction transaction, LiveDeployment deployment, HttpRequest http) =>
        DeploymentTable.Find(transaction, deployment.Row.WorkspaceId, deployment.Row.Name) is { } row
            ? http.Unmatched(() => deployment.ToWire(withInputs: true) with { Settings = row.ReadSettings() })
            : null;

    /// <summary>What the settings are when a patch is laid over them.</summary>
    public static Answer<DeploymentSettings> Apply(WriteTransaction transaction, Caller caller, string name, JsonElement patch)
    {
        if (DeploymentTable.Find(transaction, caller.Workspace, name) is not { } row)
            return new Refusal.Missing("deployment.unknown", $"There is no deployment '{name}'.");

        var read = Members(patch);
        if (read.Refusal is { } unreadable) return unreadable;
        var merged = (JsonObject)JsonNode.Parse(row.Settings)!;
        Merge(merged, read.Value);
        var settings = SettingsRules.Read(merged);
        if (settings.Refusal is not null) return settings;

        var stored = JsonSerializer.Serialize(settings.Value, CairnJson.Options);
        if (stored == row.Settings) return settings;
        DeploymentTable.SaveSettings(transaction, caller, name, stored, before: row.Settings);
        return settings;
    }

    /// <summary>All of it is read here: text that is no UTF-8, or a member that is there twice, would otherwise be met only where it is used.</summary>
    private static Answer<JsonObject> Members(JsonElement patch)
    {
        try
        {
            return (JsonObject)Read(patch)!;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            return new Refusal.Invalid("deployment.settings-invalid", "The settings hold text that is not valid UTF-8, or a member twice. GET the deployment to see how they are written.");
        }
    }

    private static JsonNode? Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new JsonObject(element.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, Read(member.Value)))),
        JsonValueKind.Array => new JsonArray([.. element.EnumerateArray().Select(Read)]),
        JsonValueKind.String => JsonValue.Create(element.GetString()),
        JsonValueKind.Null => null,
        _ => JsonValue.Create(element),
    };

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            if (value is null) target.Remove(key);
            else if (value is JsonObject inner && target[key] is JsonObject existing) Merge(existing, inner);
            else target[key] = value.DeepClone();
        }
    }
}

using System.Text.Json.Nodes;

namespace Cairn.Api.Tests.Server;

public class ContractComparisonTests
{
    private const string Document = """
        {
          "openapi": "3.1.1",
          "paths": {
            "/cups/{id}": {
              "post": {
                "operationId": "PourCup", "summary": "Pour", "tags": ["Cups"],
                "parameters": [
                  { "name": "id", "in": "path", "required": true, "schema": { "type": "string" } },
                  { "name": "limit", "in": "query", "schema": { "type": "integer", "format": "int32" } }
                ],
                "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Order" } } } },
                "responses": {
                  "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Cup" } } } },
                  "404": { "content": { "application/problem+json": { "schema": { "type": "object" } } } }
                }
              },
              "delete": { "operationId": "SpillCup", "responses": { "204": { "description": "No Content" } } }
            }
          },
          "components": {
            "schemas": {
              "Order": { "type": "object", "required": ["roast"], "properties": { "roast": { "type": "string", "enum": ["dark", "light"] }, "sugar": { "type": "number" } } },
              "Cup": {
                "type": "object", "required": ["id", "made_at"],
                "properties": {
                  "id": { "type": "string" }, "made_at": { "type": "integer", "format": "int64" }, "note": { "type": ["null", "string"] },
                  "refill": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Cup" }] },
                  "drops": { "type": "array", "items": { "type": "integer" } }, "tags": { "type": "object", "additionalProperties": { "type": "string" } }
                }
              }
            }
          }
        }
        """;

    [Theory]
    [InlineData("/paths/~1cups~1{id}/delete", null, "breaking  DELETE /cups/{id}: removed")]
    [InlineData("/paths/~1cups~1{id}/post/operationId", "\"Pour\"", "breaking  POST /cups/{id}: operationId was PourCup, is Pour: generated clients name their methods after it")]
    [InlineData("/paths/~1cups~1{id}/post/parameters/1", null, "breaking  POST /cups/{id} query.limit: parameter removed")]
    [InlineData("/paths/~1cups~1{id}/post/parameters/1/required", "true", "breaking  POST /cups/{id} query.limit: required now")]
    [InlineData("/paths/~1cups~1{id}/post/parameters/1/schema/format", "\"int16\"", "breaking  POST /cups/{id} query.limit: format was int32, is int16")]
    [InlineData("/paths/~1cups~1{id}/post/requestBody", null, "breaking  POST /cups/{id} request: no body is taken any more")]
    [InlineData("/paths/~1cups~1{id}/post/requestBody/content/application~1json", null, "breaking  POST /cups/{id} request: application/json is no longer taken")]
    [InlineData("/paths/~1cups~1{id}/post/responses/200", null, "breaking  POST /cups/{id} 200: no longer answered")]
    [InlineData("/components/schemas/Order/properties/sugar", null, "breaking  POST /cups/{id} request.sugar: removed")]
    [InlineData("/components/schemas/Order/properties/sugar/type", "\"integer\"", "breaking  POST /cups/{id} request.sugar: was number, is integer")]
    [InlineData("/components/schemas/Order/properties/sugar/maximum", "5", "breaking  POST /cups/{id} request.sugar: maximum was absent, is 5")]
    [InlineData("/components/schemas/Order/required", """["roast", "sugar"]""", "breaking  POST /cups/{id} request.sugar: required now")]
    [InlineData("/components/schemas/Order/properties/roast/enum", """["dark"]""", "breaking  POST /cups/{id} request.roast: no longer light")]
    [InlineData("/components/schemas/Cup/properties/note", null, "breaking  POST /cups/{id} 200.note: removed")]
    [InlineData("/components/schemas/Cup/properties/id/type", """["null", "string"]""", "breaking  POST /cups/{id} 200.id: was string, is null or string")]
    [InlineData("/components/schemas/Cup/required", """["id"]""", "breaking  POST /cups/{id} 200.made_at: optional now")]
    [InlineData("/components/schemas/Cup/properties/drops/items/type", "\"number\"", "breaking  POST /cups/{id} 200.drops[]: was integer, is number")]
    [InlineData("/components/schemas/Cup/properties/tags/additionalProperties/type", "\"integer\"", "breaking  POST /cups/{id} 200.tags.*: was string, is integer")]
    public void What_a_client_may_stumble_over_is_breaking(string place, string? value, string change) => Changes(place, value).ShouldBe([change]);

    [Theory]
    [InlineData("/paths/~1cups~1{id}/get", """{ "operationId": "GetCup", "responses": {} }""", "additive  GET /cups/{id}: new")]
    [InlineData("/paths/~1cups~1{id}/post/deprecated", "true", "additive  POST /cups/{id}: deprecated")]
    [InlineData("/paths/~1cups~1{id}/post/parameters/1/schema/type", """["integer", "string"]""", "additive  POST /cups/{id} query.limit: was integer, is integer or string")]
    [InlineData("/paths/~1cups~1{id}/post/parameters/2", """{ "name": "to", "in": "query", "schema": { "type": "string" } }""", "additive  POST /cups/{id} query.to: new parameter")]
    [InlineData("/paths/~1cups~1{id}/post/requestBody/required", "false", "additive  POST /cups/{id} request: optional now")]
    [InlineData("/paths/~1cups~1{id}/post/responses/429", "{}", "additive  POST /cups/{id} 429: answered now")]
    [InlineData("/paths/~1cups~1{id}/post/responses/404", null, "additive  POST /cups/{id} 404: no longer answered")]
    [InlineData("/components/schemas/Order/required", "[]", "additive  POST /cups/{id} request.roast: optional now")]
    [InlineData("/components/schemas/Order/properties/milk", """{ "type": "boolean" }""", "additive  POST /cups/{id} request.milk: new")]
    [InlineData("/components/schemas/Order/properties/roast/enum", """["dark", "light", "green"]""", "additive  POST /cups/{id} request.roast: also green")]
    [InlineData("/components/schemas/Cup/properties/size", """{ "type": "string" }""", "additive  POST /cups/{id} 200.size: new")]
    [InlineData("/components/schemas/Cup/properties/note/type", "\"string\"", "additive  POST /cups/{id} 200.note: was null or string, is string")]
    [InlineData("/components/schemas/Cup/required", """["id", "made_at", "note"]""", "additive  POST /cups/{id} 200.note: required now")]
    public void What_no_client_notices_is_additive(string place, string? value, string change) => Changes(place, value).ShouldBe([change]);

    [Theory]
    [InlineData("/paths/~1cups~1{id}/post/summary", "\"Pour a cup\"", "wording   POST /cups/{id}: summary reads differently")]
    [InlineData("/components/schemas/Order/properties/roast/description", "\"How dark\"", "wording   POST /cups/{id} request.roast: description reads differently")]
    [InlineData("/components/schemas/Unused", "{}", "wording   document: parts that no operation reaches, or names of schemas")]
    public void What_only_people_read_is_wording(string place, string? value, string change) => Changes(place, value).ShouldBe([change]);

    [Fact]
    public void The_same_document_has_no_changes() => Changes("/openapi", "\"3.1.1\"").ShouldBeEmpty();

    private static IEnumerable<string> Changes(string place, string? value)
    {
        JsonObject before = JsonNode.Parse(Document)!.AsObject(), after = JsonNode.Parse(Document)!.AsObject();
        var steps = place.Split('/').Skip(1).Select(step => step.Replace("~1", "/", StringComparison.Ordinal)).ToList();
        var holder = steps[..^1].Aggregate((JsonNode)after, (node, step) => node is JsonArray list ? list[int.Parse(step)]! : node[step]!);
        var changed = value is null ? null : JsonNode.Parse(value);
        if (holder is JsonArray items)
        {
            var index = int.Parse(steps[^1]);
            if (index < items.Count) items.RemoveAt(index);
            if (changed is not null) items.Insert(index, changed);
        }
        else if (changed is null)
        {
            holder.AsObject().Remove(steps[^1]).ShouldBeTrue();
        }
        else
        {
            holder[steps[^1]] = changed;
        }

        return ContractComparison.Of(before, after).Select(change => change.ToString());
    }
}

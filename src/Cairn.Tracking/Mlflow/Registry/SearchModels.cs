using Cairn.Access;
using Cairn.Storage;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Mlflow.Search;
using Cairn.Tracking.Registry;
using Cairn.Tracking.Search;

namespace Cairn.Tracking.Mlflow.Registry;

/// <summary>GET registered-models/search and model-versions/search. Prompts, which are models with a tag, are shown when they are asked for.</summary>
internal static class SearchModels
{
    public const string PromptTag = "mlflow.prompt.is_prompt";

    private static readonly Listing<RegisteredModel> _models = new(
        $"{ModelTable.Columns} FROM registered_models t WHERE t.workspace_id = @workspace",
        new(
            new Dictionary<string, (string, AttributeKind)>(StringComparer.Ordinal) { ["name"] = ("t.name", AttributeKind.Text) },
            "EXISTS (SELECT 1 FROM model_tags f WHERE f.workspace_id = t.workspace_id AND f.model = t.name",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["name"] = "t.name", ["creation_timestamp"] = "t.created_at", ["timestamp"] = "t.updated_at", ["last_updated_timestamp"] = "t.updated_at",
            },
            "t.name"),
        Usual: 100, Most: 1000);

    private static readonly Listing<ModelVersion> _versions = new(
        $"{VersionTable.Columns} FROM model_versions t WHERE t.workspace_id = @workspace AND t.deleted_at IS NULL",
        new(
            new Dictionary<string, (string, AttributeKind)>(StringComparer.Ordinal)
            {
                ["name"] = ("t.model", AttributeKind.Text), ["run_id"] = ("t.run_id", AttributeKind.Id), ["source_path"] = ("t.source", AttributeKind.Text),
                ["version_number"] = ("t.version", AttributeKind.Number),
            },
            "EXISTS (SELECT 1 FROM model_version_tags f WHERE f.workspace_id = t.workspace_id AND f.model = t.model AND f.version = t.version",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["name"] = "t.model", ["version_number"] = "t.version", ["creation_timestamp"] = "t.created_at", ["last_updated_timestamp"] = "t.updated_at",
            },
            "t.model, t.version DESC", Unasked: "t.updated_at DESC, t.model, t.version DESC"),
        Usual: 200_000, Most: 200_000);

    public static void Map(MlflowRoutes routes)
    {
        routes.Get("registered-models/search", Permission.ModelsRead, Models);
        routes.Get("model-versions/search", Permission.ModelsRead, Versions);
    }

    private static async Task Models(MlflowCall call)
    {
        var request = call.Read(SearchRequest.Read);
        var page = await call.Query(transaction =>
        {
            var (rows, next) = _models.Page(transaction, call, request);
            return (Shown: ModelJson.Load(transaction, call.Workspace, rows), Next: next);
        });
        await call.Reply("registered_models", page.Shown, page.Next, static (json, model) => ModelJson.Write(json, model));
    }

    private static async Task Versions(MlflowCall call)
    {
        var request = call.Read(SearchRequest.Read);
        var page = await call.Query(transaction =>
        {
            var (rows, next) = _versions.Page(transaction, call, request);
            return (Shown: VersionJson.Load(transaction, call.Workspace, rows), Next: next);
        });
        await call.Reply("model_versions", page.Shown, page.Next, static (json, version) => VersionJson.Write(json, version));
    }

    /// <param name="Select">Columns, table <c>t</c> and the first condition.</param>
    private sealed record Listing<T>(string Select, TaggedFilter Filter, int Usual, int Most)
    {
        public (IReadOnlyList<T> Rows, string? Next) Page(ReadTransaction transaction, MlflowCall call, SearchRequest request)
        {
            var (size, (_, offset)) = (request.Size(Usual, Most), request.Start());
            var clauses = FilterText.Parse(request.Filter);
            var sql = new ClauseSql(transaction, call.Workspace.Value);
            IEnumerable<string> conditions = [.. Filter.Conditions([.. clauses.Where(clause => !IsOfPrompts(clause))], sql), .. Prompts([.. clauses.Where(IsOfPrompts)])];
            var rows = transaction.Query<T>(
                $"SELECT {Select}{string.Concat(conditions.Select(condition => $" AND {condition}"))} ORDER BY {Filter.OrderBy(request.OrderBy)} {sql.Page(size, offset)}",
                sql.Parameters);
            return ([.. rows.Take(size)], rows.Count > size ? SearchRequest.Token(0, offset + size) : null);
        }

        private static bool IsOfPrompts(FilterClause clause) => clause.Entity is "tag" or "tags" && clause.Key == PromptTag && clause.Comparator is "=" or "!=" && clause.Kind == ValueKind.Text;

        private IEnumerable<string> Prompts(IReadOnlyList<FilterClause> clauses)
        {
            var prompt = $"{Filter.TagExists} AND f.key = '{PromptTag}' AND f.value = 'true')";
            return clauses.Count == 0
                ? [$"NOT {prompt}"]
                : clauses.Select(clause => (clause.Comparator == "=") == clause.Text.Equals("true", StringComparison.OrdinalIgnoreCase) ? prompt : $"NOT {prompt}");
        }
    }
}

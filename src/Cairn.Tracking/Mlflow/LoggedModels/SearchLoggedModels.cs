using System.Globalization;
using Cairn.Access;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Mlflow.Search;
using Cairn.Tracking.Search;

namespace Cairn.Tracking.Mlflow.LoggedModels;

/// <summary>POST logged-models/search. Datasets restrict which points of a metric count; without a clause on a metric, any point will do.</summary>
internal static class SearchLoggedModels
{
    private const int Usual = 50, Most = 1000;

    private static readonly Dictionary<string, (string Column, AttributeKind Kind)> _attributes = new(StringComparer.Ordinal)
    {
        ["name"] = ("t.name", AttributeKind.Id), ["model_id"] = ("t.model_id", AttributeKind.Id), ["model_type"] = ("t.model_type", AttributeKind.Id),
        ["status"] = ("t.status", AttributeKind.Id), ["source_run_id"] = ("t.source_run_id", AttributeKind.Id), ["creation_timestamp"] = ("t.created_at", AttributeKind.Time),
        ["creation_time"] = ("t.created_at", AttributeKind.Time), ["last_updated_timestamp"] = ("t.updated_at", AttributeKind.Time), ["last_updated_time"] = ("t.updated_at", AttributeKind.Time),
    };

    public static void Map(MlflowRoutes routes) => routes.Ask("logged-models/search", Permission.RunsRead, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var request = call.Read(Request.Read);
        if (request.Common.Experiments.Count == 0) throw MlflowException.Required("experiment_ids");
        var (size, (_, offset)) = (request.Common.Size(Usual, Most), request.Common.Start());
        var page = await call.Query(transaction =>
        {
            var sql = new ClauseSql(transaction, call.Workspace.Value);
            var clauses = FilterText.Parse(request.Common.Filter);
            List<string> conditions =
            [
                "t.workspace_id = @workspace", LoggedModel.Shows, OfExperiments(request.Common.Experiments, sql),
                .. clauses.Select(clause => Condition(clause, sql, request.Datasets)),
            ];
            if (request.Datasets.Count > 0 && !clauses.Any(clause => clause.Entity == "metrics"))
                conditions.Add($"EXISTS (SELECT 1 FROM logged_model_metrics f WHERE f.workspace_id = t.workspace_id AND f.model_id = t.model_id AND {OnAny(request.Datasets, "f", sql)})");
            var (joins, order) = Order(request.Orders, sql);
            var rows = transaction.Query<LoggedModel>(
                $"SELECT {LoggedModel.Columns} FROM logged_models t {joins} WHERE {string.Join(" AND ", conditions)} ORDER BY {order} {sql.Page(size, offset)}",
                sql.Parameters);
            return (Shown: ShownLoggedModel.Load(transaction, call.Workspace, [.. rows.Take(size)]), Next: rows.Count > size ? SearchRequest.Token(0, offset + size) : null);
        });
        await call.Reply("models", page.Shown, page.Next, static (json, model) => model.Write(json));
    }

    private static string OfExperiments(IReadOnlyList<string> asked, ClauseSql sql)
    {
        List<long> numbers = [.. asked.Select(id => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)];
        return sql.Among("t.experiment_id", numbers);
    }

    private static string Condition(FilterClause clause, ClauseSql sql, IReadOnlyList<Dataset> datasets)
    {
        const string of = "WHERE f.workspace_id = t.workspace_id AND f.model_id = t.model_id AND f.key =";
        switch (clause.Entity)
        {
            case "metrics":
                var restricted = datasets.Count == 0 ? "" : $" AND {OnAny(datasets, "f", sql)}";
                return $"EXISTS (SELECT 1 FROM logged_model_metrics f {of} {sql.Add(clause.Key)} AND {sql.Number("f.value", clause, "metric")}{restricted})";
            case "params": return $"EXISTS (SELECT 1 FROM logged_model_params f {of} {sql.Add(clause.Key)} AND {sql.Text("f.value", clause, "parameter", lists: true)})";
            case "tags": return $"EXISTS (SELECT 1 FROM logged_model_tags f {of} {sql.Add(clause.Key)} AND {sql.Text("f.value", clause, "tag", lists: true)})";
            case null or "attributes" when _attributes.TryGetValue(clause.Key, out var attribute):
                return attribute.Kind == AttributeKind.Time ? sql.Time(attribute.Column, clause) : sql.Text(attribute.Column, clause, "attribute", lists: true);
            case null or "attributes": throw RunFilter.NoAttribute(clause.Key, _attributes.Keys);
            default: throw MlflowException.Invalid($"Invalid entity type '{clause.Entity}'. Valid values are ['attributes', 'metrics', 'params', 'tags']");
        }
    }

    private static string OnAny(IReadOnlyList<Dataset> datasets, string alias, ClauseSql sql) => $"({string.Join(" OR ", datasets.Select(dataset => dataset.Condition(alias, sql)))})";

    private static (string Joins, string Order) Order(IReadOnlyList<OrderItem> items, ClauseSql sql)
    {
        var (joins, order) = (new List<string>(), new List<string>());
        foreach (var item in items)
        {
            var direction = item.Descending ? "DESC" : "ASC";
            if (item.Field.StartsWith("metrics.", StringComparison.Ordinal))
            {
                var alias = string.Create(CultureInfo.InvariantCulture, $"o{joins.Count}");
                var dataset = item.Dataset is null ? "" : $" AND {item.Dataset.Condition("x", sql)}";
                joins.Add(
                    $"""
                    LEFT JOIN (SELECT x.model_id, MAX(CASE WHEN x.is_nan = 0 THEN x.value END) AS value FROM logged_model_metrics x
                        WHERE x.workspace_id = @workspace AND x.key = {sql.Add(item.Field["metrics.".Length..])}{dataset} GROUP BY x.model_id) {alias} ON {alias}.model_id = t.model_id
                    """);
                order.Add($"CASE WHEN {alias}.value IS NULL THEN 1 ELSE 0 END, {alias}.value {direction}");
            }
            else if (_attributes.TryGetValue(item.Field.StartsWith("attributes.", StringComparison.Ordinal) ? item.Field["attributes.".Length..] : item.Field, out var attribute))
            {
                order.Add($"{attribute.Column} {direction}");
            }
            else
            {
                throw MlflowException.Invalid($"Invalid order by field name: '{item.Field}'. It is metrics.KEY or one of {string.Join(", ", _attributes.Keys)}.");
            }
        }

        return (string.Join(' ', joins), string.Join(", ", [.. order, "t.created_at DESC", "t.model_id DESC"]));
    }

    /// <param name="Digest">Null: any.</param>
    private sealed record Dataset(string Name, string? Digest)
    {
        public string Condition(string alias, ClauseSql sql) =>
            $"({alias}.dataset_name = {sql.Add(Name)}{(string.IsNullOrEmpty(Digest) ? "" : $" AND {alias}.dataset_digest = {sql.Add(Digest)}")})";
    }

    private sealed record OrderItem(string Field, bool Descending, Dataset? Dataset);

    private sealed record Request(SearchRequest Common, IReadOnlyList<Dataset> Datasets, IReadOnlyList<OrderItem> Orders)
    {
        public static Request Read(ref ProtoReader reader)
        {
            IReadOnlyList<string> experiments = [];
            string? filter = null, token = null;
            long? most = null;
            List<Dataset> datasets = [];
            List<OrderItem> orders = [];
            while (reader.Next())
            {
                if (reader.Is("experiment_ids"u8)) experiments = reader.Texts("experiment_ids");
                else if (reader.Is("filter"u8)) filter = reader.Text("filter");
                else if (reader.Is("max_results"u8)) most = reader.Whole("max_results");
                else if (reader.Is("page_token"u8)) token = reader.Text("page_token");
                else if (reader.Is("datasets"u8)) ReadItems(ref reader, "datasets", datasets, null);
                else if (reader.Is("order_by"u8)) ReadItems(ref reader, "order_by", null, orders);
                else reader.Skip();
            }

            return new(new(experiments, filter, [], null, most, token), datasets, orders);
        }

        private static void ReadItems(ref ProtoReader reader, string field, List<Dataset>? datasets, List<OrderItem>? orders)
        {
            var items = 0;
            while (reader.NextItem(field, ref items))
            {
                string? name = null, dataset = null, digest = null;
                bool? ascending = null;
                while (reader.Next())
                {
                    if (reader.Is("field_name"u8)) name = reader.Text("field_name");
                    else if (reader.Is("ascending"u8)) ascending = reader.Truth("ascending");
                    else if (reader.Is("dataset_name"u8)) dataset = reader.Text("dataset_name");
                    else if (reader.Is("dataset_digest"u8)) digest = reader.Text("dataset_digest");
                    else reader.Skip();
                }

                if (datasets is not null) datasets.Add(new(string.IsNullOrEmpty(dataset) ? throw MlflowException.Required("dataset_name") : dataset, digest));
                else orders!.Add(new(string.IsNullOrEmpty(name) ? throw MlflowException.Required("field_name") : name, ascending == false, string.IsNullOrEmpty(dataset) ? null : new(dataset, digest)));
            }
        }
    }
}

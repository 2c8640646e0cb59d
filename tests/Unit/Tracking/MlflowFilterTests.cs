using Cairn.Tracking.Search;

namespace Cairn.Unit.Tests.Tracking;

/// <summary>The grammar of MLflow's searches, as section 4 of its description and live answers have it.</summary>
public class MlflowFilterTests
{
    [Theory]
    [InlineData("metrics.m>0", "metrics|m|>|0")]
    [InlineData("  params.p\n=\t'a' ", "params|p|=|a")]
    [InlineData("tags.mlflow.user ilike \"A%\"", "tags|mlflow.user|ILIKE|A%")]
    [InlineData("`run name` = 'r'", "|run name|=|r")]
    [InlineData("params.\"a b.c\" != \"it's\"", "params|a b.c|!=|it's")]
    [InlineData("metrics.`a.b c` >= -1.5e3", "metrics|a.b c|>=|-1.5e3")]
    [InlineData("`metrics`.m <= .5", "metrics|m|<=|.5")]
    [InlineData("run_id NOT  IN ('a' , 'b')", "|run_id|NOT IN|a,b")]
    [InlineData("params.p = 'it''s'", "params|p|=|it''s")]
    [InlineData("a = 'x' AND b = 'y' and", "|a|=|x;|b|=|y")]
    [InlineData("params.été = 'ÿ'", "params|été|=|ÿ")]
    [InlineData("", "")]
    public void A_filter_is_read(string filter, string expected) =>
        string.Join(';', FilterText.Parse(filter).Select(clause => $"{clause.Entity}|{clause.Key}|{clause.Comparator}|{string.Join(',', clause.Texts)}")).ShouldBe(expected);

    [Theory]
    [InlineData("metrics.m > 1 or metrics.m < 1", "'or'")]
    [InlineData("(metrics.m > 1)", "'(metrics.m > 1)'")]
    [InlineData("NOT metrics.m > 1", "'NOT'")]
    [InlineData("params.p IS NULL", "'params.p', 'IS', 'NULL'")]
    [InlineData("metrics.m > 1;", "';'")]
    [InlineData("metrics.m", "'metrics.m'")]
    [InlineData("= 1", "'=', '1'")]
    [InlineData("a = 'x' AND AND b = 'y'", "'AND'")]
    [InlineData("a = 'x", "'x has no end")]
    [InlineData("a = ", "'a', '='")]
    public void What_is_no_clause_is_named(string filter, string named) =>
        Should.Throw<FilterException>(() => FilterText.Parse(filter)).Message.ShouldContain(named);

    [Theory]
    [InlineData("metrics.m", "metrics|m|False")]
    [InlineData(" metrics.`a b`  DESC", "metrics|a b|True")]
    [InlineData("start_time asc", "|start_time|False")]
    public void An_order_is_read(string item, string expected)
    {
        var (entity, key, descending) = FilterText.ParseOrder(item);
        $"{entity}|{key}|{descending}".ShouldBe(expected);
    }

    [Theory]
    [InlineData("metrics.m SIDEWAYS")]
    [InlineData("metrics.m DESC DESC")]
    [InlineData("")]
    [InlineData("'metrics.m'")]
    public void An_order_that_is_none_is_named(string item) => Should.Throw<FilterException>(() => FilterText.ParseOrder(item)).Message.ShouldContain($"'{item}'");
}

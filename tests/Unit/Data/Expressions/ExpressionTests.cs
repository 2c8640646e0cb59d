using Cairn.Data;

namespace Cairn.Unit.Tests.Data.Expressions;

public class ExpressionTests
{
    private static readonly Dictionary<string, ExpressionType> Telco = new(StringComparer.Ordinal)
    {
        ["tenure"] = ExpressionType.Number, ["TotalCharges"] = ExpressionType.Number, ["Contract"] = ExpressionType.Category, ["Partner"] = ExpressionType.Category,
        ["Senior"] = ExpressionType.Boolean, ["Monthly Charges"] = ExpressionType.Number,
    };

    private static readonly string[] Texts = ["Month-to-month", "One year", "Two year", "long", "short"];

    [Theory]
    [InlineData("TotalCharges / max(tenure, 1)", 25)]
    [InlineData("1 + 2 * 3 - 4 / 2", 5)]
    [InlineData("-(tenure - 1) * 2", -6)]
    [InlineData("2 - 3 - 4", -5)]
    [InlineData("`Monthly Charges` >= 20 and not Senior", 1)]
    [InlineData("Contract == 'Two year'", 1)]
    [InlineData("Contract != \"Two year\"", 0)]
    [InlineData("\"Two year\" == Contract", 1)]
    [InlineData("Contract in ('One year', 'Two year')", 1)]
    [InlineData("Contract not in ('One year')", 1)]
    [InlineData("tenure in (1, -4, 4)", 1)]
    [InlineData("if(tenure > 3, 10, 20)", 10)]
    [InlineData("min(tenure, 3, 9) + abs(-2) + floor(2.7) + sqrt(9)", 10)]
    [InlineData("1 / min(0, -0 * 1)", double.NegativeInfinity)]
    [InlineData("1 / max(-0 * 1, 0)", double.PositiveInfinity)]
    [InlineData("not tenure == 4 or Senior == false", 1)]
    [InlineData(".5e1 + 1.", 6)]
    [InlineData("if(Contract == 'One year', 'short', 'long') == 'long'", 1)]
    public void Expressions_have_the_value_one_expects(string text, double expected) => Evaluate(text).ShouldBe(expected);

    [Theory]
    [InlineData("tenure + Missing")]
    [InlineData("max(tenure, Missing)")]
    [InlineData("Missing == Missing")]
    [InlineData("Missing in (1)")]
    [InlineData("if(Missing > 1, 1, 2)")]
    [InlineData("not (Missing > 1)")]
    [InlineData("Missing > 1 and true")]
    [InlineData("Missing > 1 or false")]
    [InlineData("coalesce(Missing, log(-1))")]
    [InlineData("0 / 0")]
    public void Missing_spreads(string text) => BitConverter.DoubleToInt64Bits(Evaluate(text)).ShouldBe(BitConverter.DoubleToInt64Bits(double.NaN));

    [Theory]
    [InlineData("coalesce(Missing, tenure)", 4)]
    [InlineData("is_null(Missing)", 1)]
    [InlineData("is_null(tenure)", 0)]
    [InlineData("if(true, 1, Missing)", 1)]
    [InlineData("Missing > 1 and false", 0)]
    [InlineData("Missing > 1 or true", 1)]
    [InlineData("coalesce(Missing > 1, false)", 0)]
    public void Missing_goes_no_further_than_it_must(string text, double expected) => Evaluate(text).ShouldBe(expected);

    [Fact]
    public void A_text_without_a_code_equals_no_literal_and_is_not_missing()
    {
        double Of(string text) => Parse(text).Value.Compile(_ => 0, t => Array.IndexOf(Texts, t)).Evaluate([-2]);

        Of("Contract == 'Two year'").ShouldBe(0);
        Of("Contract != 'Two year'").ShouldBe(1);
        Of("Contract in ('One year', 'Two year')").ShouldBe(0);
        Of("is_null(Contract)").ShouldBe(0);
    }

    [Fact]
    public void An_expression_tells_what_it_reads_and_which_texts_it_can_give()
    {
        var expression = Parse("if(tenure > 12 and Partner == 'Yes', 'long', coalesce(Contract, 'short'))").Value;

        expression.Type.ShouldBe(ExpressionType.Category);
        expression.Columns.ShouldBe(["Contract", "Partner", "tenure"]);
        expression.Levels.ShouldBe(["long", "short"]);
        expression.LevelColumns.ShouldBe(["Contract"]);
        Parse("Contract == 'x'").Value.Levels.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("tenure = 3", 8, "a single '=' does not compare")]
    [InlineData("tenur + 1", 1, "Did you mean 'tenure'?")]
    [InlineData("TENURE + 1", 1, "Did you mean 'tenure'?")]
    [InlineData("tenure + ", 10, "the end of the expression")]
    [InlineData("", 1, "nothing")]
    [InlineData("   ", 4, "nothing")]
    [InlineData("(tenure", 8, "')'")]
    [InlineData("tenure)", 7, "closes nothing")]
    [InlineData("tenure tenure", 8, "an operator or the end")]
    [InlineData("Contract + 1", 1, "compare it")]
    [InlineData("Senior + 1", 1, "if(x, 1, 0)")]
    [InlineData("tenure and true", 1, "x != 0")]
    [InlineData("Contract == Partner", 13, "compared with literals only")]
    [InlineData("Contract < 'a'", 10, "only numbers have an order")]
    [InlineData("Contract == 1", 13, "a category")]
    [InlineData("1 < tenure < 3", 12, "do not chain")]
    [InlineData("min(tenure)", 1, "2 to 64")]
    [InlineData("if(tenure > 1, 1)", 1, "3")]
    [InlineData("if(tenure, 1, 2)", 4, "a boolean")]
    [InlineData("if(true, 1, 'a')", 13, "one type")]
    [InlineData("sqr(tenure)", 1, "Did you mean 'sqrt'?")]
    [InlineData("Contract in ('a', 1)", 19, "a category")]
    [InlineData("tenure in (Partner)", 12, "a number")]
    [InlineData("tenure in ()", 12, "a number")]
    [InlineData("tenure ^ 2", 8, "powers are written")]
    [InlineData("tenure && Senior", 8, "'and'")]
    [InlineData("Contract == 'a", 13, "a closing '")]
    [InlineData("1e999", 1, "a double can hold")]
    [InlineData("12abc", 1, "back-ticks")]
    [InlineData("tenure == null", 11, "is_null(x)")]
    [InlineData("tenure > 1 AND Senior", 12, "an operator or the end")]
    [InlineData("tenure # 1", 8, "'#'")]
    public void A_mistake_is_refused_where_it_stands(string text, int column, string says)
    {
        var refusal = Parse(text).Refusal.ShouldNotBeNull();

        refusal.Code.ShouldBe("data.expression");
        refusal.Fields.ShouldHaveSingleItem().Field.ShouldBe($"column {column}");
        refusal.Detail.ShouldContain(says);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("-", "")]
    [InlineData("abs(", ")")]
    [InlineData("not ", "")]
    public void Absurd_nesting_is_refused_without_a_stack_overflow(string open, string close)
    {
        string Nested(int depth) => string.Concat(Enumerable.Repeat(open, depth)) + (open == "not " ? "Senior" : "tenure") + string.Concat(Enumerable.Repeat(close, depth));

        Parse(Nested(100)).Refusal.ShouldBeNull();
        Parse(Nested(101)).Refusal.ShouldNotBeNull().Detail.ShouldContain("100");
        Parse(Nested(100_000)).Refusal.ShouldNotBeNull().Detail.ShouldContain("at most");
    }

    [Fact]
    public void A_long_chain_is_fine_and_an_absurd_one_is_refused()
    {
        Evaluate(string.Join("+", Enumerable.Repeat("1", 1000))).ShouldBe(1000);
        Parse(string.Join("+", Enumerable.Repeat("1", 1002))).Refusal.ShouldNotBeNull().Detail.ShouldContain("1000");
        Parse(new string('1', 10_001)).Refusal.ShouldNotBeNull().Detail.ShouldContain("10001 characters");
    }

    [Fact]
    public void Evaluation_allocates_nothing()
    {
        var compiled = Parse("if(Contract in ('One year', 'Two year'), TotalCharges / max(tenure, 1), log(tenure + 1))").Value.Compile(Slot, t => Array.IndexOf(Texts, t));
        double[] slots = [4, 100, 2, 0, 0, 25];
        compiled.Evaluate(slots);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++) compiled.Evaluate(slots);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static Cairn.Kernel.Answer<Expression> Parse(string text) => Expression.Parse(text, Telco);

    private static int Slot(string column) => Telco.Keys.ToList().IndexOf(column);

    private static double Evaluate(string text)
    {
        var columns = new Dictionary<string, ExpressionType>(Telco, StringComparer.Ordinal) { ["Missing"] = ExpressionType.Number };
        var parsed = Expression.Parse(text, columns);
        return parsed.Value.Compile(c => columns.Keys.ToList().IndexOf(c), t => Array.IndexOf(Texts, t)).Evaluate([4, 100, 2, double.NaN, 0, 25, double.NaN]);
    }
}

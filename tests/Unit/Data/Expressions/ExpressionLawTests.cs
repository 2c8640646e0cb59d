using Cairn.Data;
using Cairn.Data.Expressions;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Unit.Tests.Data.Expressions;

public class ExpressionLawTests
{
    [Fact]
    public void A_printed_tree_parses_to_itself() =>
        Prop.ForAll(RandomTrees.All, tree => Shape(Expression.Parse(tree.ToString(), RandomTrees.Columns).Value.Root) == Shape(tree)).Check(Many);

    [Fact]
    public void The_program_computes_what_the_tree_says()
    {
        double[] numbers = [double.NaN, 0, -1, 2.5, 1e300, 3];
        bool?[] booleans = [true, false, null];
        string?[] texts = ["a", "Two year", null, "never seen"];
        Prop.ForAll(RandomTrees.All, Gen.Choose(0, 1000).ToArbitrary(), (tree, pick) =>
        {
            var row = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["tenure"] = Boxed(numbers[pick % 6]), ["Total `Charges`"] = Boxed(numbers[pick / 6 % 6]), ["and"] = booleans[pick % 3], ["Vertrag_ü"] = texts[pick % 4],
            };
            var codes = new List<string>();
            var compiled = Expression.Parse(tree.ToString(), RandomTrees.Columns).Value.Compile(Slots.IndexOf, text => Code(codes, text));
            var text = (string?)row["Vertrag_ü"];
            double[] slots =
            [
                numbers[pick % 6], numbers[pick / 6 % 6], booleans[pick % 3] switch { true => 1, false => 0, null => double.NaN },
                text is null ? double.NaN : codes.Contains(text) ? codes.IndexOf(text) : -2,
            ];

            var value = compiled.Evaluate(slots);

            var expected = new TreeInterpreter(row).Evaluate(tree);
            return expected switch
            {
                null => double.IsNaN(value),
                bool b => value == (b ? 1 : 0),
                string s => value == (codes.Contains(s) ? codes.IndexOf(s) : -2),
                double d => BitConverter.DoubleToInt64Bits(value) == BitConverter.DoubleToInt64Bits(d) || (value == 0 && d == 0),
                _ => false,
            };
        }).Check(Many);
    }

    [Fact]
    public void Text_of_any_kind_is_parsed_or_refused_and_never_throws()
    {
        string[] pieces = ["tenure", "(", ")", "+", "-", "*", "/", "==", "=", "<", "if", "min", "not", "and", "in", ",", "'a", "\"b\"", "`c", "1", ".5", "1e", "1e999", "🙂", "\0", "\ud800", " "];
        Prop.ForAll(Gen.ArrayOf(Gen.Elements(pieces)).ToArbitrary(), words => Total(string.Join("", words)) && Total(string.Join(" ", words))).Check(Many);
        Prop.ForAll<string?>(text => text is null || Total(text)).Check(Many);
    }

    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(60);

    private static readonly List<string> Slots = [.. RandomTrees.Columns.Keys];

    private static bool Total(string text)
    {
        var parsed = Expression.Parse(text, RandomTrees.Columns);
        return parsed.Refusal is null || (parsed.Refusal.Code == "data.expression" && parsed.Refusal.Fields.Count == 1);
    }

    private static double? Boxed(double value) => double.IsNaN(value) ? null : value;

    private static int Code(List<string> codes, string text)
    {
        if (!codes.Contains(text)) codes.Add(text);
        return codes.IndexOf(text);
    }

    private static string Shape(Node node) => node is Apply a ? $"[{a.Operation}:{a.Type} {string.Join(" ", a.Arguments.Select(Shape))}]" : $"{node.GetType().Name}:{node.Type}:{node}";
}

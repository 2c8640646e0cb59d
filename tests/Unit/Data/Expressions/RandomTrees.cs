using System.Collections.Concurrent;
using Cairn.Data;
using Cairn.Data.Expressions;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Unit.Tests.Data.Expressions;

/// <summary>Well-typed trees over four columns, two of them with names that need back-ticks.</summary>
internal static class RandomTrees
{
    public static readonly Dictionary<string, ExpressionType> Columns = new(StringComparer.Ordinal)
    {
        ["tenure"] = ExpressionType.Number, ["Total `Charges`"] = ExpressionType.Number, ["and"] = ExpressionType.Boolean, ["Vertrag_ü"] = ExpressionType.Category,
    };

    public static Arbitrary<Node> All => Gen.Sized(size => Gen.OneOf(Number(size / 4), Boolean(size / 4), Category(size / 4))).ToArbitrary();

    // Generators are built eagerly: without this one for each size there would be exponentially many.
    private static readonly ConcurrentDictionary<(ExpressionType Type, int Size), Gen<Node>> Known = new();

    private static readonly Gen<Node> SomeNumber = Gen.Elements(0, 1, 0.1, 2.5, 3, 1e-300, 1e300, 12345678.25).Select(v => (Node)new NumberLiteral(v));
    private static readonly Gen<string> SomeText = Gen.Elements("", "a", "Two year", "it's", "say \"x\"", "ü`");

    private static Gen<Node> Number(int size) => Known.GetOrAdd((ExpressionType.Number, size), static key => NewNumber(key.Size));

    private static Gen<Node> NewNumber(int size)
    {
        var leaf = Gen.OneOf(SomeNumber, Gen.Elements("tenure", "Total `Charges`").Select(n => (Node)new Column(n, ExpressionType.Number)));
        if (size <= 0) return leaf;
        var inner = size / 2;
        return Gen.OneOf(
            leaf,
            Of(ExpressionType.Number, [Operation.Add, Operation.Subtract, Operation.Multiply, Operation.Divide, Operation.Min, Operation.Max, Operation.Coalesce], Number(inner), Number(inner)),
            Of(ExpressionType.Number, [Operation.Negate, Operation.Abs, Operation.Log, Operation.Exp, Operation.Sqrt, Operation.Floor], Number(inner)),
            Of(ExpressionType.Number, [Operation.If], Boolean(inner), Number(inner), Number(inner)),
            Of(ExpressionType.Number, [Operation.Min, Operation.Max, Operation.Coalesce], Number(inner), Number(inner), Number(inner)));
    }

    private static Gen<Node> Boolean(int size) => Known.GetOrAdd((ExpressionType.Boolean, size), static key => NewBoolean(key.Size));

    private static Gen<Node> NewBoolean(int size)
    {
        var leaf = Gen.Elements<Node>(new BooleanLiteral(true), new BooleanLiteral(false), new Column("and", ExpressionType.Boolean));
        if (size <= 0) return leaf;
        var inner = size / 2;
        Operation[] comparisons = [Operation.Equal, Operation.NotEqual, Operation.Less, Operation.LessOrEqual, Operation.Greater, Operation.GreaterOrEqual];
        return Gen.OneOf(
            leaf,
            Of(ExpressionType.Boolean, [Operation.And, Operation.Or, Operation.Equal, Operation.NotEqual, Operation.Coalesce], Boolean(inner), Boolean(inner)),
            Of(ExpressionType.Boolean, [Operation.Not, Operation.IsNull], Boolean(inner)),
            Of(ExpressionType.Boolean, [Operation.IsNull], Number(inner)),
            Of(ExpressionType.Boolean, [Operation.IsNull], Category(inner)),
            Of(ExpressionType.Boolean, comparisons, Number(inner), Number(inner)),
            Of(ExpressionType.Boolean, [Operation.Equal, Operation.NotEqual], Category(inner), SomeText.Select(t => (Node)new TextLiteral(t))),
            Of(ExpressionType.Boolean, [Operation.In], Category(inner), SomeText.Select(t => (Node)new TextLiteral(t)), SomeText.Select(t => (Node)new TextLiteral(t))),
            Of(ExpressionType.Boolean, [Operation.In], Number(inner), SomeNumber, SomeNumber.Select(n => (Node)new NumberLiteral(-((NumberLiteral)n).Value))));
    }

    private static Gen<Node> Category(int size) => Known.GetOrAdd((ExpressionType.Category, size), static key => NewCategory(key.Size));

    private static Gen<Node> NewCategory(int size)
    {
        var leaf = Gen.OneOf(SomeText.Select(t => (Node)new TextLiteral(t)), Gen.Constant((Node)new Column("Vertrag_ü", ExpressionType.Category)));
        if (size <= 0) return leaf;
        var inner = size / 2;
        return Gen.OneOf(
            leaf,
            Of(ExpressionType.Category, [Operation.If], Boolean(inner), Category(inner), Category(inner)),
            Of(ExpressionType.Category, [Operation.Coalesce], Category(inner), Category(inner)));
    }

    private static Gen<Node> Of(ExpressionType type, Operation[] operations, params Gen<Node>[] arguments) =>
        from operation in Gen.Elements(operations)
        from chosen in Gen.CollectToArray(arguments)
        select (Node)new Apply(operation, chosen, type);
}

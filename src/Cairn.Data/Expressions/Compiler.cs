namespace Cairn.Data.Expressions;

internal enum OpCode
{
    Constant,
    Slot,
    Apply,
}

/// <param name="Argument">The slot; for <see cref="Operation.In"/> the position of its first literal among the members.</param>
/// <param name="Constant">The constant; for <see cref="Operation.In"/> how many literals it has.</param>
internal readonly record struct Instruction(OpCode Code, Operation Operation, int Argument, double Constant);

/// <summary>A tree as a flat postfix program.</summary>
internal sealed class Compiler
{
    private readonly Func<string, int> _slotOf;
    private readonly Func<string, int> _codeOf;
    private readonly List<Instruction> _instructions = [];
    private readonly List<double> _members = [];
    private int _height;

    private Compiler(Func<string, int> slotOf, Func<string, int> codeOf) => (_slotOf, _codeOf) = (slotOf, codeOf);

    public int Deepest { get; private set; }

    public Instruction[] Instructions => [.. _instructions];

    public double[] Members => [.. _members];

    public static Compiler Compile(Node node, Func<string, int> slotOf, Func<string, int> codeOf)
    {
        var compiler = new Compiler(slotOf, codeOf);
        compiler.Emit(node);
        return compiler;
    }

    private void Emit(Node node)
    {
        switch (node)
        {
            case Literal literal:
                Push(new(OpCode.Constant, default, 0, ValueOf(literal)));
                break;
            case Column column:
                Push(new(OpCode.Slot, default, _slotOf(column.Name), 0));
                break;
            case Apply { Operation: Operation.In } membership:
                Emit(membership.Arguments[0]);
                _instructions.Add(new(OpCode.Apply, Operation.In, _members.Count, membership.Arguments.Count - 1));
                _members.AddRange(membership.Arguments.Skip(1).Select(a => ValueOf((Literal)a)));
                break;
            case Apply { Operation: Operation.Min or Operation.Max or Operation.Coalesce } fold:
                Emit(fold.Arguments[0]);
                foreach (var argument in fold.Arguments.Skip(1))
                {
                    Emit(argument);
                    Reduce(fold.Operation, 2);
                }

                break;
            case Apply apply:
                foreach (var argument in apply.Arguments) Emit(argument);
                Reduce(apply.Operation, apply.Arguments.Count);
                break;
            default:
                throw new InvalidOperationException($"No code for {node.GetType().Name}.");
        }
    }

    private void Push(Instruction instruction)
    {
        _instructions.Add(instruction);
        _height++;
        Deepest = Math.Max(Deepest, _height);
    }

    private void Reduce(Operation operation, int arguments)
    {
        _instructions.Add(new(OpCode.Apply, operation, 0, 0));
        _height -= arguments - 1;
    }

    private double ValueOf(Literal literal) => literal switch
    {
        NumberLiteral number => number.Value,
        BooleanLiteral boolean => boolean.Value ? 1 : 0,
        TextLiteral text => _codeOf(text.Value),
        _ => throw new InvalidOperationException($"No value for {literal.GetType().Name}."),
    };
}

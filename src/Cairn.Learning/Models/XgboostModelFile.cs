using System.Globalization;
using Cairn.Kernel;

namespace Cairn.Learning.Models;

/// <summary>Reads <c>model.ubj</c> as XGBoost 1.6 and newer write it: gradient boosted trees of one output with numeric splits.</summary>
internal static class XgboostModelFile
{
    private const int MostFeatures = 1 << 20;

    /// <summary>Explaining walks trees recursively; a tree as deep as a list must not exhaust the stack.</summary>
    private const int DeepestTree = 256;

    /// <exception cref="InvalidDataException">Not such a model, or one whose trees do not hang together.</exception>
    public static (FlatTrees Trees, string Objective) Read(ReadOnlySpan<byte> ubj)
    {
        var learner = Member<Dictionary<string, object?>>(UbjReader.ReadObject(ubj), "learner");
        var objective = Member<string>(Member<Dictionary<string, object?>>(learner, "objective"), "name");
        var parameters = Member<Dictionary<string, object?>>(learner, "learner_model_param");
        var features = (int)Number(parameters, "num_feature");
        var baseScore = Number(parameters, "base_score");
        var baseMargin = objective switch
        {
            "binary:logistic" => baseScore == 0.5f ? 0f : (float)-PortableMath.Log(1 / (double)baseScore - 1),
            "reg:squarederror" => baseScore,
            _ => throw new InvalidDataException($"The model has the objective '{objective}'; this binary scores binary:logistic and reg:squarederror."),
        };

        var booster = Member<Dictionary<string, object?>>(learner, "gradient_booster");
        var trees = Member<List<object?>>(Member<Dictionary<string, object?>>(booster, "model"), "trees");
        if (features is < 1 or > MostFeatures) throw new InvalidDataException($"The model has {features} features.");

        var layout = new Layout(features);
        foreach (var tree in trees) layout.Add(tree as Dictionary<string, object?> ?? throw new InvalidDataException("A tree is not an object."));
        return (layout.Build(baseMargin), objective);
    }

    private static T Member<T>(Dictionary<string, object?> parent, string name) =>
        parent.GetValueOrDefault(name) is T value ? value : throw new InvalidDataException($"The model has no '{name}' of the expected type.");

    /// <summary>XGBoost keeps its parameters as texts.</summary>
    private static float Number(Dictionary<string, object?> parent, string name) =>
        float.TryParse(Member<string>(parent, name), CultureInfo.InvariantCulture, out var value) && float.IsFinite(value)
            ? value
            : throw new InvalidDataException($"'{name}' of the model is no number.");

    /// <summary>Copies trees, children side by side; a child that does not exist or is reached twice is refused, nodes that are not reached are left out.</summary>
    private sealed class Layout(int features)
    {
        private readonly List<TreeNode> _nodes = [];
        private readonly List<float> _covers = [];
        private readonly List<int> _roots = [];
        private readonly List<int> _depths = [];
        private readonly double[] _gains = new double[features];

        public FlatTrees Build(float baseMargin) => new([.. _nodes], [.. _roots], [.. _depths], [.. _covers], _gains, baseMargin);

        public void Add(Dictionary<string, object?> tree)
        {
            var (left, right) = (Member<int[]>(tree, "left_children"), Member<int[]>(tree, "right_children"));
            var (conditions, covers, gains) = (Member<float[]>(tree, "split_conditions"), Member<float[]>(tree, "sum_hessian"), Member<float[]>(tree, "loss_changes"));
            var (columns, defaultLeft, types) = (Member<int[]>(tree, "split_indices"), Member<byte[]>(tree, "default_left"), Member<byte[]>(tree, "split_type"));
            var count = left.Length;
            if (count == 0 || new[] { right.Length, conditions.Length, covers.Length, gains.Length, columns.Length, defaultLeft.Length, types.Length }.Any(n => n != count))
                throw new InvalidDataException("The arrays of a tree have different lengths.");

            var deepest = 0;
            var reached = new bool[count];
            var open = new Stack<(int Node, int Place, int Depth)>([(0, Reserve(1), 0)]);
            _roots.Add(_nodes.Count - 1);
            while (open.TryPop(out var next))
            {
                var (node, place, depth) = next;
                if (node < 0 || node >= count || reached[node]) throw new InvalidDataException($"Node {node} of a tree is reached twice or is not there.");
                if (depth > DeepestTree) throw new InvalidDataException($"A tree is deeper than {DeepestTree}.");
                reached[node] = true;
                deepest = Math.Max(deepest, depth);
                _covers[place] = covers[node];
                if (left[node] < 0)
                {
                    _nodes[place] = TreeNode.ForLeaf(conditions[node], place);
                    continue;
                }

                if (types[node] != 0) throw new InvalidDataException("A tree has a categorical split; this binary scores numeric splits.");
                if (columns[node] < 0 || columns[node] >= features) throw new InvalidDataException($"A tree splits on feature {columns[node]} of {features}.");
                if (float.IsNaN(conditions[node])) throw new InvalidDataException("A tree splits at NaN.");
                _gains[columns[node]] += gains[node];
                var child = Reserve(2);
                _nodes[place] = TreeNode.ForSplit(columns[node], conditions[node], missingGoesLeft: defaultLeft[node] != 0, child);
                open.Push((right[node], child + 1, depth + 1));
                open.Push((left[node], child, depth + 1));
            }

            _depths.Add(deepest);
        }

        private int Reserve(int nodes)
        {
            var place = _nodes.Count;
            for (var i = 0; i < nodes; i++)
            {
                _nodes.Add(default);
                _covers.Add(0);
            }

            return place;
        }
    }
}

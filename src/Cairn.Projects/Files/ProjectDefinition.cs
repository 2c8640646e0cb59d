using Cairn.Data;
using Cairn.Learning;

namespace Cairn.Projects.Files;

/// <summary>What cairn.yaml and schema.yaml say, checked against each other.</summary>
internal sealed record ProjectDefinition
{
    /// <value>Names the project, and by default its dataset, experiment, model and deployment.</value>
    public required string Name { get; init; }

    /// <value>Relative to the project folder, or absolute below a data root.</value>
    public required string SourcePath { get; init; }

    public required string Target { get; init; }

    /// <value>Null: the value that reads like a yes, else the rarer one.</value>
    public string? Positive { get; init; }

    /// <value>The column that says whom a row is about; null: the key of the schema.</value>
    public string? Entity { get; init; }

    /// <value>Without <c>schema.yaml</c> null: then the contract is inferred from the source.</value>
    public Schema? Schema { get; init; }

    public IReadOnlyList<Transform> Transforms { get; init; } = [];

    public SplitChoice Split { get; init; } = new();

    public required IReadOnlyList<string> Algorithms { get; init; }

    public TuneChoice Tune { get; init; } = new();

    public Costs? Costs { get; init; }

    public IReadOnlyList<Gate> Gates { get; init; } = [];

    public required string Deployment { get; init; }

    /// <value>What the file says of the deployment's settings.</value>
    public ServeSection Serve { get; init; } = new();

    /// <value>How long outcomes of its predictions are waited for.</value>
    public OutcomeSection Outcome { get; init; } = new();

    /// <value>Sections that are understood, but that nothing acts on yet.</value>
    public IReadOnlyList<string> NotYetActedOn { get; init; } = [];

    /// <exception cref="InvalidOperationException">The contract is not known yet.</exception>
    public LearningTask Task() =>
        new(Schema ?? throw new InvalidOperationException("Infer the contract first."), Transforms, Split, Algorithms, Tune, Costs)
        {
            Threads = Math.Clamp(Environment.ProcessorCount, 1, 8),
        };
}

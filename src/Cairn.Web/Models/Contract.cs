using Cairn.Client;
using Cairn.Web.Components;

namespace Cairn.Web.Models;

/// <summary>What a package expects of a request: the contract of the data it was trained on, as <c>schema.json</c> in it has it.</summary>
public sealed record Contract(IReadOnlyList<Contract.Column> Columns, string? Key, Contract.Aim? Target)
{
    /// <param name="AtPrediction">False: not known when a prediction is asked for, so never an input.</param>
    public sealed record Column(
        string Name, string Type, bool Nullable = false, double? Min = null, double? Max = null, IReadOnlyList<string>? Categories = null, bool Pii = false, bool AtPrediction = true)
    {
        /// <value>0 to 72; Yes, No.</value>
        public string Allowed => Categories is { Count: > 0 } ? string.Join(", ", Categories.Take(12).Select(category => Format.Clip(category, 40))) + (Categories.Count > 12 ? $" and {Categories.Count - 12} more" : "")
            : (Min, Max) switch { (null, null) => "", (null, { } max) => $"at most {Shown(max)}", ({ } min, null) => $"at least {Shown(min)}", ({ } min, { } max) => $"{Shown(min)} to {Shown(max)}" };

        private string Shown(double bound) => Type == "timestamp" ? Format.Moment((long)bound) : bound == Math.Floor(bound) && Math.Abs(bound) < 1e15 ? Format.Count((long)bound) : Format.Number(bound);
    }

    /// <summary>What is predicted.</summary>
    public sealed record Aim(string Column, string Positive);

    /// <value>What a request may carry.</value>
    public IReadOnlyList<Column> Inputs => [.. Columns.Where(column => column.AtPrediction && column.Name != Target?.Column && column.Name != Key)];

    internal static Task<Contract> Read(CairnClient api, string runId, CancellationToken cancellation) => api.ReadArtifactJsonAsync<Contract>(runId, "model/schema.json", cancellation);
}

namespace Cairn.Data.Engine;

/// <summary>What one job may use of the machine.</summary>
internal sealed record EngineOptions
{
    public int Threads { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 8);

    /// <value>Beyond it DuckDB spills to disk; default 1 GiB.</value>
    public int MemoryMegabytes { get; init; } = 1024;

    /// <value>How much may be spilled; null: as much as the disk takes.</value>
    public int? SpillMegabytes { get; init; }
}

using System.Buffers.Binary;
using Cairn.Serving.Log;

namespace Cairn.Serving.Segments;

/// <summary>The records of some blocks, in memory, in the order of their ids: the order of their digits.</summary>
internal sealed class SortedRecords
{
    private readonly List<Block> _blocks = [];
    private readonly List<Place> _places = [];

    public int Count => _places.Count;

    /// <value>Of the blocks in memory.</value>
    public long Bytes { get; private set; }

    public long FirstMs => MillisecondsOf(_places[0]);

    public long LastMs => MillisecondsOf(_places[^1]);

    public IReadOnlySet<long> Sources
    {
        get
        {
            var sources = new HashSet<long>();
            for (var i = 0; i < Count; i++) sources.Add(LogRecord.SourceOf(this[i]));
            return sources;
        }
    }

    public ReadOnlySpan<byte> this[int row] => _places[row] is var place ? _blocks[place.Block].Body.AsSpan(place.Start, place.Length) : default;

    public long BlockOf(int row) => _blocks[_places[row].Block].BlockId;

    public void Add(Block block)
    {
        var start = 1; // behind the format
        var reader = new BlockReader(block.Body);
        while (reader.Next())
        {
            _places.Add(new(BinaryPrimitives.ReadUInt128BigEndian(reader.Record), _blocks.Count, start, reader.Record.Length));
            start += reader.Record.Length;
        }

        _blocks.Add(block);
        Bytes += block.Body.Length;
    }

    public void Sort() => _places.Sort(static (left, right) => left.Id.CompareTo(right.Id));

    private long MillisecondsOf(Place place) => LogRecord.MillisecondsOf(_blocks[place.Block].Body.AsSpan(place.Start, place.Length));

    private readonly record struct Place(UInt128 Id, int Block, int Start, int Length);
}

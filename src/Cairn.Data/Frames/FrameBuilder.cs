using Cairn.Data.Engine;

namespace Cairn.Data.Frames;

/// <summary>Fills the columns of a frame from chunks of doubles and texts, without an object for each value.</summary>
internal sealed class FrameBuilder
{
    private readonly int _rows;
    private readonly IReadOnlyList<IFiller> _fillers;
    private int _filled;

    public FrameBuilder(IReadOnlyList<ColumnContract> columns, long rows)
    {
        _rows = checked((int)rows);
        _fillers = [.. columns.Select<ColumnContract, IFiller>(c => c.Type switch
        {
            ColumnType.Category => new CategoryFiller(c.Name, c.Categories ?? [], _rows),
            ColumnType.Text => new TextFiller(c.Name, _rows),
            _ => new NumberFiller(c.Name, _rows),
        })];
    }

    /// <summary>One method, three kinds of column.</summary>
    private interface IFiller
    {
        void Add(Chunk chunk, int column, int at);

        FrameColumn Column();
    }

    public void Add(Chunk chunk)
    {
        if (_filled + chunk.Rows > _rows) throw new InvalidDataException($"More than the {_rows} rows that were announced.");
        for (var i = 0; i < _fillers.Count; i++) _fillers[i].Add(chunk, i, _filled);
        _filled += chunk.Rows;
    }

    public Frame Build() => _filled == _rows
        ? new Frame(_rows, [.. _fillers.Select(f => f.Column())])
        : throw new InvalidDataException($"{_filled} rows instead of the {_rows} that were announced.");

    private sealed class NumberFiller(string name, int rows) : IFiller
    {
        private readonly double[] _values = new double[rows];

        public void Add(Chunk chunk, int column, int at)
        {
            var target = _values.AsSpan(at, chunk.Rows);
            chunk.Doubles(column).CopyTo(target);
            var validity = chunk.Validity(column);
            if (validity.All) return;
            for (var i = 0; i < target.Length; i++)
            {
                if (!validity[i]) target[i] = double.NaN;
            }
        }

        public FrameColumn Column() => new NumberColumn(name, _values);
    }

    private sealed class TextFiller(string name, int rows) : IFiller
    {
        private readonly string?[] _values = new string?[rows];

        public void Add(Chunk chunk, int column, int at)
        {
            var texts = chunk.Texts(column);
            var validity = chunk.Validity(column);
            for (var i = 0; i < chunk.Rows; i++)
            {
                if (validity[i]) _values[at + i] = texts[i];
            }
        }

        public FrameColumn Column() => new TextColumn(name, _values);
    }

    private sealed class CategoryFiller(string name, IReadOnlyList<string> known, int rows) : IFiller
    {
        private readonly int[] _codes = new int[rows];
        private readonly Dictionary<byte[], int> _seen = new(new Utf8Comparer());

        public void Add(Chunk chunk, int column, int at)
        {
            var texts = chunk.Texts(column);
            var validity = chunk.Validity(column);
            var lookup = _seen.GetAlternateLookup<ReadOnlySpan<byte>>();
            for (var i = 0; i < chunk.Rows; i++)
            {
                if (!validity[i])
                {
                    _codes[at + i] = -1;
                    continue;
                }

                var text = texts.Utf8(i);
                if (!lookup.TryGetValue(text, out var code))
                {
                    code = _seen.Count;
                    lookup[text] = code;
                }

                _codes[at + i] = code;
            }
        }

        /// <summary>Codes were given in order of appearance; levels stand in ordinal order.</summary>
        public FrameColumn Column()
        {
            var appeared = _seen.OrderBy(s => s.Value).Select(s => Utf8Comparer.Text(s.Key)).ToList();
            var levels = appeared.Concat(known).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            var final = appeared.Select(text => levels.BinarySearch(text, StringComparer.Ordinal)).ToArray();
            for (var i = 0; i < _codes.Length; i++)
            {
                if (_codes[i] >= 0) _codes[i] = final[_codes[i]];
            }

            return new CategoryColumn(name, _codes, levels);
        }
    }
}

using Cairn.Data.Sources;

namespace Cairn.Data.Stretches;

/// <summary>The rows of a stretch as a file of their own, without a header, in which every line ends with \n.</summary>
/// <remarks>DuckDB trips over quoted line breaks that are not like those between the lines; what stands in quotes is left as it is.</remarks>
internal static class CsvSlice
{
    private const int BlockSize = 1 << 20;

    public static void Copy(string path, RowStretch stretch, RowCsv csv, string slice)
    {
        using var from = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        using var to = new FileStream(slice, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        from.Position = stretch.From;
        var lines = csv.PlainLineEnds ? null : new Lines(csv.Delimiter);
        var (block, rewritten) = (new byte[BlockSize], new byte[BlockSize]);
        for (var left = stretch.To - stretch.From; left > 0;)
        {
            var read = from.Read(block.AsSpan(0, (int)Math.Min(block.Length, left)));
            if (read == 0) throw new EndOfStreamException($"{path} has become shorter while it was read.");
            left -= read;
            if (lines is null) to.Write(block.AsSpan(0, read));
            else to.Write(rewritten.AsSpan(0, lines.Rewrite(block.AsSpan(0, read), rewritten, from.Position - read == stretch.From)));
        }
    }

    /// <summary>Goes through the bytes of a stretch, block by block.</summary>
    private sealed class Lines(char delimiter)
    {
        private readonly CsvMachine _machine = new(delimiter);
        private bool _afterReturn;

        /// <param name="first">The stretch begins here: with the second half of a \r\n, perhaps.</param>
        /// <returns>How many bytes were written: never more than came.</returns>
        public int Rewrite(ReadOnlySpan<byte> block, Span<byte> into, bool first)
        {
            var written = 0;
            _afterReturn |= first;
            while (block.Length > 0)
            {
                if (_afterReturn && block[0] == '\n')
                {
                    _machine.Advance(block[..1]);
                    block = block[1..];
                    _afterReturn = false;
                    continue;
                }

                _afterReturn = false;
                var (taken, ended) = _machine.Advance(block);
                var record = ended ? block[..(taken - 1)] : block[..taken];
                record.CopyTo(into[written..]);
                written += record.Length;
                if (ended)
                {
                    into[written++] = (byte)'\n';
                    _afterReturn = block[taken - 1] == '\r';
                    _machine.StartRecord();
                }

                block = block[taken..];
            }

            return written;
        }
    }
}

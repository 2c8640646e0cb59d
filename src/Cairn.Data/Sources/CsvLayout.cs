namespace Cairn.Data.Sources;

/// <summary>What the scan of a well-formed CSV file found: all that DuckDB needs to be told.</summary>
/// <param name="HeaderOffset">Where the header starts, in bytes: empty lines may stand before it.</param>
/// <param name="MixedLineEnds">More than one of \n, \r\n and \r ends a line.</param>
/// <param name="PlainLineEnds">All lines end with \n.</param>
/// <param name="Marks">Where every so-manieth row starts, in bytes, the first one included; at the second half of a \r\n where one stands before it.</param>
internal sealed record CsvLayout(char Delimiter, IReadOnlyList<string> Columns, long Rows, long HeaderOffset, bool MixedLineEnds, bool PlainLineEnds, IReadOnlyList<long> Marks);

namespace Cairn.Client.Wire;

/// <summary>Rows to score and where to put the answers.</summary>
/// <param name="Folder">Absolute path: relative paths are meant from here, and files are read and written only below it (or a data root of the server).</param>
/// <param name="Keep">Columns of the source that stand before the answer. Null: the column that named the rows in training, if there is one; else the number of the row.</param>
/// <param name="Explain">How many reasons stand behind each answer.</param>
/// <param name="SkipInvalid">False: one row that breaks the contract refuses all of them. True: such rows go to a file of their own, each with what is wrong.</param>
/// <param name="Version">Null: the one that the deployment serves when the batch begins.</param>
/// <param name="Overwrite">An output that is there is replaced; the rows of a table go when those of this batch begin to come. Else a table keeps what it has.</param>
/// <param name="Fresh">False: the last run with the same order goes on where it stopped, if it did not get to its end.</param>
/// <param name="Log">The answers go to the log of predictions too, each once, and have their ids in the output.</param>
public sealed record BatchRequest(
    string Folder, BatchSource Source, BatchTarget Output, IReadOnlyList<string>? Keep = null, int Explain = 0, bool SkipInvalid = false, long? Version = null,
    bool Overwrite = false, bool Fresh = false, bool Log = false);

/// <param name="Path">A CSV or Parquet file, or <c>s3://bucket/key</c>; with a query or a table: a file of SQLite.</param>
/// <param name="Connection">The name of a database that the server knows, or <c>postgres://user@host/database</c> without a password; with a query or a table.</param>
/// <param name="Query">One SELECT. It is read once, as the database stands at that moment.</param>
/// <param name="Table">All rows of it; with its schema before a dot, if need be.</param>
/// <param name="OrderBy">A column that says the order of the rows. Null: as the database gives them.</param>
public sealed record BatchSource(string? Path = null, string? Connection = null, string? Query = null, string? Table = null, string? OrderBy = null);

/// <param name="Path">
/// A file whose name ends in .csv or .parquet; any other name is a folder with one file for each part. <c>s3://bucket/key</c> likewise. With a table: a file of SQLite.
/// </param>
/// <param name="Format"><c>parquet</c> or <c>csv</c>; null: as the name says, and <c>parquet</c> in a folder.</param>
/// <param name="Connection">As in a source; with a table.</param>
/// <param name="Table">Gets the rows, each once. Made when it is not there.</param>
public sealed record BatchTarget(string? Path = null, string? Format = null, string? Connection = null, string? Table = null);

/// <summary>What a batch came to.</summary>
/// <param name="Rejected">Rows that broke the contract and stand in <paramref name="Rejects"/>.</param>
/// <param name="Seconds">Of work on parts, without those that an earlier attempt had finished.</param>
/// <param name="Logged">Predictions that are in the log; null: none was asked to be.</param>
public sealed record BatchResult(
    string Deployment, string Model, long Version, string PackageDigest, long Rows, long Scored, long Rejected, string Output, long Bytes, int Parts, string? Rejects, double Seconds,
    long? Logged = null);

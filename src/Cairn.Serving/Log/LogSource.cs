using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Storage;

namespace Cairn.Serving.Log;

/// <summary>What answered, as the log names it: everything a replay needs but the feature vector.</summary>
/// <param name="SourceId">Derived from the rest, so that two processes that serve the same give it the same id.</param>
/// <param name="Inputs">The <see cref="InputLayout"/> of its records' inputs.</param>
internal sealed record LogSourceRow(
    WorkspaceId WorkspaceId, long SourceId, string Deployment, string Variant, string Model, long Version, Digest PackageDigest, long Evaluator, double Threshold,
    string Positive, string Negative, string Features, string Inputs)
{
    public IReadOnlyList<string> FeatureNames => JsonSerializer.Deserialize<string[]>(Features)!;

    public static LogSourceRow Of(WorkspaceId workspace, string deployment, string variant, string model, long version, Predictor predictor)
    {
        var inputs = predictor.Layout.Write();
        var name = $"{workspace.Value}\n{deployment}\n{variant}\n{model}\n{version}\n{predictor.Package.Hex}\n{Predictor.EvaluatorVersion}\n{inputs}";
        var id = BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        return new(workspace, id, deployment, variant, model, version, predictor.Package, Predictor.EvaluatorVersion, predictor.Threshold,
            predictor.Positive, predictor.Negative, JsonSerializer.Serialize(predictor.Features), inputs);
    }
}

/// <summary>A source and whether the log knows it already.</summary>
/// <param name="predictor">Whose contract says what is personal data; null: nothing is.</param>
/// <param name="entityName">The member that says whom a row is about, as the deployment's settings have it at present; null: the key of the contract.</param>
internal sealed class LogSource(LogSourceRow row, Predictor? predictor = null, Func<string?>? entityName = null)
{
    private const string Columns = "workspace_id, source_id, deployment, variant, model, version, package_digest, evaluator, threshold, positive, negative, features, inputs";

    private volatile bool _stored;

    public LogSourceRow Row => row;

    public bool IsStored => _stored;

    public PersonalParts? Personal => predictor?.Personal;

    /// <value>True: its records are rewritten before they are stored.</value>
    public bool HoldsPersonalData => Personal is { Any: true } || EntityIsPersonal;

    /// <value>True: the log does not hold the name of an entity, but a pseudonym of it.</value>
    public bool EntityIsPersonal => predictor is not null && (entityName?.Invoke() ?? predictor.Key) is { } name && predictor.Personal.Holds(name);

    public void Stored() => _stored = true;

    public void Insert(WriteTransaction transaction) => transaction.Execute(
        """
        INSERT INTO prediction_sources (workspace_id, source_id, deployment, variant, model, version, package_digest, evaluator, threshold, positive, negative, features, inputs)
        VALUES (@WorkspaceId, @SourceId, @Deployment, @Variant, @Model, @Version, @PackageDigest, @Evaluator, @Threshold, @Positive, @Negative, @Features, @Inputs)
        ON CONFLICT (workspace_id, source_id) DO NOTHING
        """, row);

    /// <param name="deployment">Null: of all deployments.</param>
    public static IReadOnlyList<LogSourceRow> Of(ReadTransaction transaction, WorkspaceId workspace, string? deployment) => transaction.Query<LogSourceRow>(
        $"SELECT {Columns} FROM prediction_sources WHERE workspace_id = @workspace {(deployment is null ? "" : "AND deployment = @deployment")}", new { workspace, deployment });

    public static IReadOnlyDictionary<long, LogSourceRow> Of(ReadTransaction transaction, WorkspaceId workspace, IEnumerable<long> ids) => transaction.Query<LogSourceRow>(
        $"SELECT {Columns} FROM prediction_sources WHERE workspace_id = @workspace AND source_id IN @ids", new { workspace, ids = ids.ToArray() }).ToDictionary(source => source.SourceId);

    /// <summary>Of some packages those that answered a prediction.</summary>
    public static IReadOnlyList<string> PackagesAmong(ReadTransaction transaction, WorkspaceId workspace, HashSet<string> digests) => transaction.Query<string>(
        $"SELECT DISTINCT package_digest FROM prediction_sources WHERE workspace_id = @workspace AND package_digest {transaction.Among("digests")}", new { workspace, digests = transaction.Texts(digests) });

    public static LogSourceRow? Find(ReadTransaction transaction, WorkspaceId workspace, long id) => transaction.First<LogSourceRow>(
        $"SELECT {Columns} FROM prediction_sources WHERE workspace_id = @workspace AND source_id = @id", new { workspace, id });
}

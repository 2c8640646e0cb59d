using Cairn.Kernel;

namespace Cairn.Tracking;

/// <summary>An MLflow model folder, sealed: every file by digest, one digest over all, signed with the home's key. Loading executes nothing.</summary>
/// <param name="Digest">SHA-256 over the sorted list of paths and file digests.</param>
/// <param name="Signature">ECDSA P-256 over the digest, base64.</param>
public sealed record ModelPackage(Digest Digest, string Signature, IReadOnlyDictionary<string, Digest> Files);

/// <summary>Seals and opens packages. What is opened is what was sealed, or it is refused.</summary>
public sealed class ModelPackages
{
    /// <summary>Stores the files, computes the digest, signs it. <c>MLmodel</c> is required among the files.</summary>
    public Task<Answer<ModelPackage>> Seal(WorkspaceId workspace, IReadOnlyDictionary<string, byte[]> files, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Reads every file and checks digest and signature. An altered one is the refusal <c>package.altered</c>, naming the file.</summary>
    public Task<Answer<OpenedPackage>> Open(WorkspaceId workspace, Digest digest, CancellationToken cancellation) => throw new NotImplementedException();
}

public sealed record OpenedPackage(ModelPackage Package, IReadOnlyDictionary<string, byte[]> Files);

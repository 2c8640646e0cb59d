using Cairn.Kernel;

namespace Cairn.Tracking;

/// <summary>One of those who need packages whose versions may be purged. Every module that can ask for a package later registers what it names.</summary>
/// <param name="Who">For a person: <c>predictions</c>.</param>
/// <param name="Among">Of some digests (in hex), those that it needs.</param>
public sealed record PackageNames(string Who, Func<WorkspaceId, HashSet<string>, CancellationToken, Task<IReadOnlyCollection<string>>> Among);

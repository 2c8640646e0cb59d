using Cairn.Access;
using Cairn.Storage;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Registry;

namespace Cairn.Tracking.Mlflow.Registry;

/// <summary>
/// A champion that was logged from outside has no package, so no deployment serves it, and it may be deleted as MLflow's clients expect.
/// One that Cairn trained stays until somebody takes the alias from it.
/// </summary>
internal static class OutsideChampion
{
    /// <summary>Takes the alias from it, with its entry in the history.</summary>
    /// <param name="version">Only when it is this one; null: whichever it is.</param>
    public static void Release(WriteTransaction transaction, Caller caller, string model, long? version, string reason, long now)
    {
        if (!Is(transaction, caller, model, version)) return;
        if (ChampionMove.Remove(transaction, caller, model, reason, now).Refusal is { } refusal) throw MlflowException.Of(refusal);
    }

    public static bool Is(ReadTransaction transaction, Caller caller, string model, long? version = null) =>
        ChampionMove.Current(transaction, caller.Workspace, model) is { } champion && (version is null || version == champion)
        && VersionTable.Find(transaction, caller.Workspace, model, champion) is { PackageDigest: null };
}

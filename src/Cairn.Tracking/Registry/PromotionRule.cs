using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Tracking.Registry;

/// <summary>Which version may become champion, and what the move is called.</summary>
internal static class PromotionRule
{
    public static Answer<string> Allow(ModelVersionWire version, Promote request)
    {
        var name = $"Version {version.Version} of '{version.Model}'";
        if (version.Verdict?.Verdict == "no_signal")
            return new Refusal.Forbidden(
                "registry.no-signal",
                $"{name} does not beat the cheapest baseline: {version.Verdict.Summary} Such a version cannot become champion, and no override changes that. Train on data with a signal.");

        if (version.PackageDigest is null)
            return request.Unverified
                ? "unverified"
                : new Refusal.Forbidden(
                    "registry.unverified",
                    $"{name} was logged from outside: Cairn sealed no package of it and no gate judged it. Promote it with unverified: true (--unverified) if you vouch for it.");

        return version.Verdict switch
        {
            { Verdict: "passed" } => "promote",
            _ when request.Override && string.IsNullOrWhiteSpace(request.Reason) => new Refusal.Invalid(
                "registry.reason-required", $"An override of the gates needs a reason; it is kept in the audit. {Why(name, version.Verdict)}"),
            _ when request.Override => "override",
            _ => new Refusal.Forbidden(
                "registry.gate-not-passed",
                $"{Why(name, version.Verdict)} Promote a version that passed, change the gates and run again, or set override: true with a reason, which is audited."),
        };
    }

    private static string Why(string name, GateVerdictWire? verdict)
    {
        if (verdict is null) return $"{name} has no gate verdict.";

        var failed = verdict.Checks.Where(check => !check.Passed).Select(check => $"{check.Gate} ({check.Detail})").ToList();
        return $"The gates refused {char.ToLowerInvariant(name[0])}{name[1..]}: {verdict.Summary}{(failed.Count == 0 ? "" : $" Failed: {string.Join("; ", failed)}.")}";
    }
}

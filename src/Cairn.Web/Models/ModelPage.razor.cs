using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Components;

namespace Cairn.Web.Models;

public sealed partial class ModelPage
{
    /// <summary>The field of the address with the page of the moves.</summary>
    internal const string MovesName = "moves";

    [Parameter, EditorRequired] public required string Name { get; set; }

    [Inject] private TimeProvider Clock { get; set; } = null!;

    [Parameter, EditorRequired] public required Loaded<ModelWire> Model { get; set; }

    [Parameter, EditorRequired] public required Loaded<Page<VersionRow>> Versions { get; set; }

    [Parameter, EditorRequired] public required VersionRow? Champion { get; set; }

    /// <summary>Who may follow: the version with that alias, else the newest after the champion.</summary>
    [Parameter, EditorRequired] public required VersionRow? Challenger { get; set; }

    [Parameter, EditorRequired] public required Loaded<Page<PromotionWire>> Moves { get; set; }

    [Parameter, EditorRequired] public required Loaded<Page<DeploymentWire>> Deployments { get; set; }

    [Parameter, EditorRequired] public required Loaded<RollbackPreviewWire> Back { get; set; }

    [Parameter, EditorRequired] public required ChampionDay? Day { get; set; }

    [Parameter, EditorRequired] public required Problem? Declined { get; set; }

    [Parameter, EditorRequired] public required Listing Listing { get; set; }

    internal static IReadOnlyList<Column<ModelVersionWire>> Plain { get; } =
    [
        new("version", "Version", version => version.Version.ToString(CultureInfo.InvariantCulture)),
        new("aliases", "Aliases", version => string.Join(' ', version.Aliases)),
        new("stage", "Stage", version => version.Stage),
        new("verdict", "Gates", version => version.Verdict?.Verdict),
        new("summary", "Summary", version => version.Verdict?.Summary),
        new("run_id", "Run", version => version.RunId),
        new("package_digest", "Package", version => version.PackageDigest),
        new("created", "Registered", version => Format.Iso(version.CreatedAt)),
    ];

    private IReadOnlyList<VersionRow> Pair => [.. new[] { Champion, Challenger }.OfType<VersionRow>()];

    private IReadOnlyList<DeploymentWire>? Mine => Deployments.Value is { } all ? [.. all.Items.Where(deployment => deployment.Model == Name)] : null;

    /// <value>The headline metric of the newest version that has one: the column shows the same for all.</value>
    private string? Key => Versions.Value?.Items.Select(row => row.Headline).FirstOrDefault(key => key is not null);

    private string? BaselineNote => Key is null ? null : "each version on the test rows of its own run";

    /// <summary>What there is to decide, in one sentence and its reason.</summary>
    private (string Tone, string Title, string Text)? Word => Challenger?.Version switch
    {
        null => null,
        { Verdict.Verdict: "passed" } next when Champion is null => ("info", $"v{next.Version} holds its gates and may serve", next.Verdict.Summary),
        { Verdict.Verdict: "passed" } next when Compared is { } compared => ("info", Title(next.Version, compared), Reason(compared)),
        { Verdict.Verdict: "passed" } next => ("info", $"v{next.Version} holds its gates and awaits a decision", next.Verdict.Summary),
        { Verdict.Verdict: "no_signal" } next => ("quiet", $"v{next.Version} has no signal", $"{next.Verdict.Summary} It cannot become champion{(Champion is null ? "" : $"; v{Champion.Version.Version} goes on")}."),
        { Verdict.Verdict: "refused" } next => ("warn", $"The gates refused v{next.Version}", next.Verdict.Summary),
        { PackageDigest: null } next => ("quiet", $"v{next.Version} was logged from outside", "Cairn sealed no package of it and no gate judged it. It is promoted only by somebody who vouches for it."),
        { Verdict: null } next => ("quiet", $"v{next.Version} has not been judged", "Its gates have not been asked yet."),
        _ => null,
    };

    /// <value>Of the version that is judged with the champion of today; null: none, or it was judged against one that is champion no more.</value>
    private GateComparisonWire? Compared => Champion is { } now && Challenger is { } next && GateVerdict.WithChampion(next.Version) is { } compared && compared.Against == $"v{now.Version.Version}" ? compared : null;

    private static string Title(long version, GateComparisonWire compared) => compared switch
    {
        { Low: > 0 } => $"v{version} is better than {compared.Against} and awaits a decision",
        { High: < 0 } => $"v{version} is worse than {compared.Against}, by no more than its gates allow",
        { Difference: > 0 } => $"v{version} is not worse than {compared.Against}; whether it is better cannot be told yet",
        _ => $"v{version} is not worse than {compared.Against}; whether it is better cannot be told",
    };

    private static string Reason(GateComparisonWire compared)
    {
        var numbers = $"ROC AUC {Format.Number(compared.RocAuc, 4)} against {Format.Number(compared.OtherRocAuc, 4)} on {Format.Many(compared.Rows, "row")} new to both.";
        return compared is { Low: <= 0, Difference: > 0, RowsToTell: { } needed } && needed - compared.Rows is var more and > 0 and < 1_000_000_000
            ? $"{numbers} About {Format.Many((long)Rounded(more), "more labelled row")} would tell a gain of {Format.Number(compared.Difference, 4)} with 80 % power."
            : numbers;
    }

    /// <summary>Two digits: it is an estimate.</summary>
    private static double Rounded(double rows)
    {
        var unit = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(rows)) - 1));
        return Math.Ceiling(rows / unit) * unit;
    }

    private static string Date(DateOnly day) => day.ToString("d MMM yyyy", CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text.Json;
using Cairn.Client.Wire;

namespace Cairn.Web.Components;

/// <summary>An entry of the audit log as a sentence: "churn v3 promoted" for <c>model.promote models/churn</c>. What is not told here stands as it is written.</summary>
internal sealed class Change(AuditEntry entry)
{
    private readonly JsonElement? _detail = Parsed(entry.Detail);

    public string Title => entry.Action switch
    {
        "run.create" => $"Run {Named()} started",
        "run.update" when Text("status") is { } status => $"Run {Named()} {status}",
        "run.update" => $"Run {Named()} edited",
        "run.delete" => $"Run {Named()} deleted",
        "run.restore" => $"Run {Named()} restored",
        "experiment.create" => $"Experiment {Named()} made",
        "experiment.delete" => $"Experiment {Named()} deleted",
        "experiment.restore" => $"Experiment {Named()} restored",
        "experiment.rename" when Text("to") is { } to => $"Experiment {Format.Name(Text("from") ?? "")} is now {Format.Name(to)}",
        "experiment.tag" or "experiment.untag" => $"Tags of experiment {Of(1)} changed",
        "logged-model.create" => $"Logged model {Named()} started",
        "logged-model.delete" => $"Logged model {Named()} deleted",
        "logged-model.restore" => $"Logged model {Named()} restored",
        "bin.purge" => $"{Kind(entry.Subject.Split('/')[0].TrimEnd('s'))} {Named()} purged",
        "dataset.take" => $"Dataset {Versioned()} taken",
        "model.register" => $"{Versioned()} registered",
        "model.verdict" when Text("verdict") is { } verdict => $"{Versioned()} judged: {verdict.Replace('_', ' ')}",
        "model.promote" when Number("version") is { } version => $"{Of(1)} v{version} promoted",
        "model.rollback" when Number("version") is { } version => $"{Of(1)} rolled back to v{version}",
        "model.create" => $"Model {Of(1)} made",
        "model.describe" => $"Description of {Versioned()} changed",
        "model.tag" or "model.untag" => $"Tags of {Versioned()} changed",
        "model.restore" => $"Model {Named()} restored",
        "model.delete" => $"Model {Of(1)} deleted",
        "model.delete-version" => $"{Versioned()} deleted",
        "deployment.make" => $"Deployment {Of(1)} made",
        "deployment.change" => $"Settings of deployment {Of(1)} changed",
        "deployment.start-canary" => $"Canary of {Of(1)} started",
        "deployment.abort-canary" => $"Canary of {Of(1)} aborted",
        "deployment.remove-variant" when Text("variant") is { } variant => $"Variant {Format.Name(variant)} of {Of(1)} removed",
        "project.revise" => $"Files of project {Of(1)} changed",
        "flow.start" when Text("flow") is { } flow => $"{Kind(flow)} of {Format.Name(Text("subject") ?? "")} started",
        "flow.cancel" when Text("flow") is { } flow => $"{Kind(flow)} of {Format.Name(Text("subject") ?? "")} cancelled",
        "flow.resume" when Text("flow") is { } flow => $"{Kind(flow)} of {Format.Name(Text("subject") ?? "")} resumed",
        "files.replace" => $"{Format.Name(entry.Subject["files/".Length..], 80)} replaced",
        "files.delete" => $"{Format.Name(entry.Subject["files/".Length..], 80)} deleted",
        "server.stop" => "Server stopped",
        "server.backup" => "Backup written",
        _ => $"{Format.Name(entry.Action)} {Format.Name(Format.Subject(entry.Subject), 80)}",
    };

    /// <value>Who did it and, where one was given, why.</value>
    public string By => $"by {Format.Name(entry.Caller)}{(Text("reason") is { Length: > 0 } reason ? $": {reason}" : "")}";

    /// <value>Where the thing is seen; what has no page leads nowhere.</value>
    public string Path => PathOf(entry.Subject);

    /// <summary>The page of what an entry is about. An experiment is seen as its runs.</summary>
    public static string PathOf(string subject) => subject.Split('/') switch
    {
        ["experiments", var id] => $"/runs?experiment={Uri.EscapeDataString(id)}",
        ["runs" or "flow-runs" or "models" or "datasets" or "projects" or "deployments" or "predictions", _] => $"/{subject}",
        ["models" or "datasets", _, "versions", _] => $"/{subject}",
        _ => "",
    };

    private string Named() => Text("name") is { Length: > 0 } name ? Format.Name(name) : Of(1);

    /// <summary>churn v3 for models/churn/versions/3.</summary>
    private string Versioned() => entry.Subject.Split('/') is [_, var name, "versions", var version] ? $"{Format.Name(name)} v{version}" : Of(1);

    private string Of(int part) => entry.Subject.Split('/') is var parts && parts.Length > part ? Format.Name(Format.Subject(parts[part])) : Format.Name(entry.Subject);

    private string? Text(string member) => _detail is { ValueKind: JsonValueKind.Object } detail && detail.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private string? Number(string member) => _detail is { ValueKind: JsonValueKind.Object } detail && detail.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
        ? number.ToString(CultureInfo.InvariantCulture) : null;

    /// <summary>Retroactive shadow, for retroactive-shadow.</summary>
    private static string Kind(string name) => Format.Name(Format.Capital(name.Replace('-', ' ')));

    private static JsonElement? Parsed(string detail)
    {
        try
        {
            using var document = JsonDocument.Parse(detail);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

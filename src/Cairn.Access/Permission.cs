using System.Collections.Frozen;

namespace Cairn.Access;

/// <summary>What an endpoint demands of its caller: an area and read, write or a verb of its own.</summary>
public sealed record Permission
{
    public static readonly Permission DataRead = new("data:read");
    public static readonly Permission DataWrite = new("data:write");
    public static readonly Permission RunsRead = new("runs:read");
    public static readonly Permission RunsWrite = new("runs:write");
    public static readonly Permission ModelsRead = new("models:read");
    public static readonly Permission ModelsWrite = new("models:write");
    public static readonly Permission ModelsPromote = new("models:promote");
    public static readonly Permission ProjectsRead = new("projects:read");
    public static readonly Permission ProjectsRun = new("projects:run");
    public static readonly Permission DeploymentsRead = new("deployments:read");
    public static readonly Permission DeploymentsWrite = new("deployments:write");
    public static readonly Permission Predict = new("predict");
    public static readonly Permission PredictionsRead = new("predictions:read");
    public static readonly Permission PredictionsWrite = new("predictions:write");
    public static readonly Permission AuditRead = new("audit:read");
    public static readonly Permission SystemRead = new("system:read");
    public static readonly Permission SystemManage = new("system:manage");

    private Permission(string name) => Name = name;

    public string Name { get; }

    public static FrozenSet<Permission> All { get; } = FrozenSet.ToFrozenSet(
    [
        DataRead, DataWrite, RunsRead, RunsWrite, ModelsRead, ModelsWrite, ModelsPromote, ProjectsRead, ProjectsRun,
        DeploymentsRead, DeploymentsWrite, Predict, PredictionsRead, PredictionsWrite, AuditRead, SystemRead, SystemManage,
    ]);

    public override string ToString() => Name;
}

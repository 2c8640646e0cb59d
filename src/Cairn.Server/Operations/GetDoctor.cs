using System.Globalization;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Server.Hosting;
using Cairn.Serving;
using Cairn.Storage;
using Cairn.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Server.Operations;

/// <summary>GET /api/v1/doctor: looks at everything the server stands on, and says what to do where it does not hold.</summary>
internal static class GetDoctor
{
    private const long LittleSpace = 1L << 30;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/doctor", Handle)
        .WithName(nameof(GetDoctor)).WithSummary("Check what the server stands on").WithTags("System")
        .WithDescription("max_age, in seconds: of what takes long (the file of the database, the packages) the last look will do when all was well then and it is not longer ago; checked_at says when it was.")
        .Requires(Permission.SystemRead);

    private static async Task<Ok<DoctorReport>> Handle(
        Database database, RunningServer server, Caller caller, Deployments deployments, Predictions predictions, ModelPackages packages, KeptChecks kept,
        [FromQuery(Name = "max_age")] int? maxAge, CancellationToken cancellation)
    {
        var home = server.Options.Home;
        var age = TimeSpan.FromSeconds(maxAge ?? 0);
        List<DoctorCheck> checks =
        [
            new("server", "ok", $"Cairn {RunningServer.Version} on .NET {Environment.Version}, process {Environment.ProcessId}"),
            Writable(home),
            Space(home),
            await kept.Of("database", "", age, () => Integrity(database, server.Options.PostgreSql is not null, cancellation)),
            await Log(predictions, home, server.Options.PostgreSql is not null, cancellation),
            Memory(deployments.Memory()),
            NativeLibraries.DuckDb(),
            NativeLibraries.Xgboost(),
        ];
        var failed = deployments.WithFailedChampion(caller.Workspace);
        foreach (var deployment in deployments.List(caller.Workspace))
        {
            checks.Add(await kept.Of(
                $"{caller.Workspace} {deployment.Name}", $"{deployment.Version} {deployment.PackageDigest} {deployment.Problem}", age,
                () => Serves(deployment, failed.Contains(deployment.Name, StringComparer.Ordinal), caller.Workspace, packages, cancellation)));
        }

        return TypedResults.Ok(new DoctorReport(checks.TrueForAll(check => check.State != "bad"), checks));
    }

    private static DoctorCheck Writable(string home)
    {
        var probe = Path.Combine(home, $".probe-{Environment.ProcessId}");
        try
        {
            File.WriteAllBytes(probe, [1]);
            File.Delete(probe);
            return new("home", "ok", $"{home} can be written");
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            return new("home", "bad", $"{home} cannot be written: {denied.Message}", "Give the user of the server the right to write, or make room on the disk.");
        }
    }

    private static DoctorCheck Space(string home)
    {
        var free = new DriveInfo(home).AvailableFreeSpace;
        var found = $"{(free / 1e9).ToString("0.0", CultureInfo.InvariantCulture)} GB free";
        return free >= LittleSpace ? new("disk", "ok", found) : new("disk", "warn", found, "Make room: a full disk refuses writes, though predictions go on.");
    }

    private static async Task<DoctorCheck> Integrity(Database database, bool postgres, CancellationToken cancellation)
    {
        if (postgres)
        {
            var version = await database.Read(transaction => transaction.Scalar<string>("SHOW server_version"), cancellation);
            return new("database", "ok", $"PostgreSQL {version}");
        }

        var (sqlite, state) = await database.Read(
            transaction => (transaction.Scalar<string>("SELECT sqlite_version()"), transaction.Scalar<string>("PRAGMA quick_check(1)")), cancellation);
        return state == "ok"
            ? new("database", "ok", $"SQLite {sqlite}, intact")
            : new("database", "bad", $"SQLite {sqlite}: {state}", "The file is damaged. Stop the server and restore the last backup: cairn restore FILE --replace.");
    }

    private static async Task<DoctorCheck> Log(Predictions predictions, string home, bool postgres, CancellationToken cancellation) =>
        await predictions.Problem(cancellation) is not { } problem
            ? new("prediction log", "ok", "predictions are logged")
            : new("prediction log", "bad", problem, postgres
                ? "Bring the database back; predictions are logged again by themselves."
                : $"Make room, or end what holds {Path.Combine(home, "predictions.db")}. A damaged file: stop the server, restore a backup, or move the file away; what it held of the last hours is then lost.");

    private static DoctorCheck Memory(ModelMemoryWire memory)
    {
        var found = $"{memory.Loaded} {(memory.Loaded == 1 ? "model takes" : "models take")} {ByteSize.Text(memory.Bytes)} of {ByteSize.Text(memory.Bound)}";
        return memory.Problem is not { } problem ? new("model memory", "ok", found) : new("model memory", "warn", $"{found}. {problem}", "Give models more memory: cairn up --model-memory 2GB.");
    }

    /// <summary>Whether a deployment serves its champion, and would again after a restart: what is in memory says nothing of the files.</summary>
    private static async Task<DoctorCheck> Serves(DeploymentWire deployment, bool failed, WorkspaceId workspace, ModelPackages packages, CancellationToken cancellation)
    {
        var name = $"deployment {deployment.Name}";
        if (deployment.PackageDigest is { } digest && (await packages.Open(workspace, Digest.Parse(digest), cancellation)).Refusal is { } altered)
            return new(name, "bad", $"serves version {deployment.Version} of {deployment.Model} as long as it is in memory; it could not be loaded again. {altered.Detail}",
                $"Restore the file from a backup, or train again: cairn run. To go back a version: cairn rollback {deployment.Model}.");
        if (deployment.Problem is not { } problem) return new(name, "ok", $"serves version {deployment.Version} of {deployment.Model}, its package intact");
        return failed
            ? new(name, "bad", problem, $"Restore the package from a backup, or go back a version: cairn rollback {deployment.Model}.")
            : new(name, "warn", problem, $"Promote a version: cairn promote {deployment.Model} VERSION.");
    }
}

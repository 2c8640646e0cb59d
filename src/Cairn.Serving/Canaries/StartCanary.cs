using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Variants;
using Cairn.Storage;
using Cairn.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Canaries;

/// <summary>POST /api/v1/deployments/{name}/canary: a version gets the traffic step by step, for as long as it does no worse than it may.</summary>
internal static class StartCanary
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/deployments/{name}/canary", Handle)
        .WithName(nameof(StartCanary)).WithSummary("Give a version the traffic of a deployment step by step, and take it back when it does worse than it may").WithTags("Serving")
        .Accepts<CanarySettings>("application/json")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .Requires(Permission.DeploymentsWrite).Mutates();

    private static async Task<Results<Ok<CanaryWire>, ProblemHttpResult>> Handle(
        string name, JsonElement request, Caller caller, LiveDeployments live, Models models, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        var (found, settings) = (live.Find(caller.Workspace, name), CanaryRules.Read(request));
        if ((found.Refusal ?? settings.Refusal) is { } invalid) return invalid.ToProblem();

        // A package that fails its check is refused before anything is written.
        var deployment = found.Value;
        using var loan = live.Borrow(); // so that it is loaded once
        if (await models.Find(caller.Workspace, deployment.Row.Model, settings.Value.Version, cancellation) is { } version
            && (await loan.Take(caller.Workspace, version, cancellation)).Refusal is { } unfit) return unfit.ToProblem();

        var now = clock.Micros();
        var started = await database.Attempt(transaction => Start(transaction, caller, deployment.Row, settings.Value, now), cancellation);
        if (started.Refusal is { } refusal) return refusal.ToProblem();

        await live.Refresh(caller.Workspace, deployment.Row.Model, cancellation);
        return TypedResults.Ok(started.Value.ToWire(now));
    }

    private static Answer<CanaryRow> Start(WriteTransaction transaction, Caller caller, DeploymentRow deployment, CanarySettings settings, long now)
    {
        var last = CanaryTable.Last(transaction, caller.Workspace, deployment.Name);
        if (last is not null && !last.ReadProgress().IsOver)
            return new Refusal.Conflict("canary.running", $"Canary {last.Number} of {deployment.Name} (version {last.Version}) is {last.State}. Let it end, or abort it: cairn deployments canary abort {deployment.Name}.");

        var champion = Models.FindAlias(transaction, caller.Workspace, deployment.Model, Models.Champion);
        if (champion is null)
            return new Refusal.Conflict("canary.no-champion", $"{deployment.Model} has no champion that a canary could be judged beside. Promote a version first: cairn promote {deployment.Model} VERSION.");
        if (champion == settings.Version)
            return new Refusal.Conflict("canary.is-champion", $"Version {settings.Version} of {deployment.Model} is champion and answers already. Name another version.");

        var version = Models.RequireForTraffic(transaction, caller, deployment.Model, new(settings.Version, settings.Reason, Override: settings.Override));
        if (version.Refusal is { } refused) return refused;
        if (settings.WhenDone == CanarySettings.Promote && Models.RefuseTraffic(version.Value) is { } unpromotable) return unpromotable;

        // An existing variant is taken over with its entities; for a new one there has to be room.
        var all = VariantTable.Of(transaction, caller.Workspace, deployment.Name);
        var others = all.Where(row => row.Name != settings.Variant).ToList();
        if ((VariantRule.Full(deployment.Name, others) ?? CanaryRules.Room(deployment, settings, others)) is { } full) return full;

        var progress = CanaryProgress.Start(settings, now);
        var row = new CanaryRow(
            caller.Workspace, deployment.Name, (last?.Number ?? 0) + 1, settings.Variant, deployment.Model, settings.Version, champion.Value, JsonSerializer.Serialize(settings, CairnJson.Options),
            progress.State, progress.Step, progress.StepAt, progress.Counts.Write(), null, "[]", null, null, caller.Name, now, null, 0);
        row = row with { EventId = transaction.Emit(CanaryMoves.Happened(row, CanaryMoves.Started, causedBy: null)) };
        CanaryTable.Insert(transaction, row);
        CanaryMoves.Give(transaction, row, progress.Weight, now, row.Number);
        transaction.Write(caller, "deployment.start-canary", $"deployments/{deployment.Name}", $$"""{"canary": {{row.Number}}, "champion_version": {{champion}}, "settings": {{row.Plan}}}""");
        return row;
    }
}

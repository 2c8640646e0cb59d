using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Naming;
using Cairn.Tracking.Sql;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Registry;

/// <summary>POST /api/v1/models/{model}/versions: a version trained elsewhere. Cairn sealed no package of it and promotes it only unverified.</summary>
internal static class RegisterOutsideVersion
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/models/{model}/versions", Handle)
        .Requires(Permission.ModelsWrite).Mutates()
        .WithName(nameof(RegisterOutsideVersion)).WithSummary("Register a version trained elsewhere; the model is made when there is none").WithTags("Models")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Created<ModelVersionWire>, ProblemHttpResult>> Handle(
        string model, RegisterVersion request, Caller caller, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        if ((Names.Model(model) ?? ModelSource.Check(request.Source) ?? Tags.Check(request.Tags, Registration.LongestTag)
            ?? Names.Value("registry.description-invalid", "The description", request.Description ?? "", DescribeModel.Longest)
            ?? Names.Value("registry.source-invalid", "The run link", request.RunLink ?? "", 2000)) is { } refusal)
            return refusal.ToProblem();

        var now = clock.Micros();
        var registered = await database.Attempt<ModelVersionWire>(
            transaction =>
            {
                var version = Registration.FromOutside(transaction, caller, model, request, now);
                return version.Refusal is { } unknown
                    ? unknown
                    : VersionTable.ToWire(transaction, caller.Workspace, VersionTable.Find(transaction, caller.Workspace, model, version.Value)!);
            },
            cancellation);
        return registered.ToCreated(version => $"/api/v1/models/{Uri.EscapeDataString(model)}/versions/{version.Version}");
    }
}

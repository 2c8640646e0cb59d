using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Recycling;

/// <summary>GET /api/v1/bin: what was deleted last comes first; or of some subjects those that are in it.</summary>
internal static class ListBin
{
    internal const int MostSubjects = 100;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/bin", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(ListBin)).WithSummary("List what is deleted and can be restored, what it holds, and when it is purged").WithTags("Bin")
        .WithDescription("kind asks for runs, experiments, logged-models, models or versions alone, name for those that have that part in theirs, in any case. subject, which may be given a hundred times, asks for these alone: those that are in the bin are answered.")
        .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Results<Ok<Page<BinItemWire>>, ProblemHttpResult>> Handle(
        Caller caller, Database database, BinOptions options, string? kind, string? name, string[]? subject, int? limit, string? page_token, CancellationToken cancellation)
    {
        if (TooMany(subject) is { } tooMany) return tooMany.ToProblem();
        var kinds = BinKind.All.Where(known => caller.May(known.Reads)).ToList();
        if (subject is { Length: > 0 })
        {
            var seen = subject.Where(one => kinds.Exists(known => one.StartsWith(known.Name + '/', StringComparison.Ordinal)));
            return TypedResults.Ok(await database.Read(transaction => new Page<BinItemWire>(BinContents.Some(transaction, caller.Workspace, seen, options.KeepDays)), cancellation));
        }

        var size = PageSize.Of(limit);
        if (size.Refusal is { } wrongSize) return wrongSize.ToProblem();
        var of = kind is null ? null : BinKind.Find(kind);
        if (kind is not null && of is null) return new Refusal.Invalid("bin.kind-invalid", $"Of the kind '{kind}' nothing lies in the bin. It can be {string.Join(", ", BinKind.All.Select(known => known.Name))}.").ToProblem();
        BinContents.Place? after = null;
        if (page_token is not null)
        {
            var place = BinContents.Place.Read(page_token);
            if (place.Refusal is { } badToken) return badToken.ToProblem();
            after = place.Value;
        }

        return TypedResults.Ok(await database.Read(transaction => BinContents.Page(transaction, caller.Workspace, size.Value, after, options.KeepDays, of is null ? kinds : kinds.FindAll(known => known == of), name), cancellation));
    }

    /// <summary>Null: so many subjects can be looked at in one answer.</summary>
    internal static Refusal? TooMany(string[]? subjects) => subjects is { Length: > MostSubjects }
        ? new Refusal.Invalid("bin.subjects-invalid", $"{subjects.Length} subjects were given. Give at most {MostSubjects}, as GET /api/v1/bin names them, or leave them out.")
        : null;
}

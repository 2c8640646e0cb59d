using System.Collections.Frozen;
using System.Net;
using Cairn.Access;
using Cairn.Access.Guarding;
using Cairn.Api.Tests.Server;
using Cairn.Kernel;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Access;

public class PermissionTests
{
    [Fact]
    public async Task Every_endpoint_says_which_permission_it_needs_and_every_write_which_kind_it_is()
    {
        await using var home = await TestHome.Start();
        var endpoints = home.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();

        endpoints.Count.ShouldBeGreaterThan(20);
        endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<Demand>() is null).Select(endpoint => endpoint.DisplayName).ShouldBeEmpty();
        endpoints.Where(endpoint => Writes(endpoint) && endpoint.Metadata.GetMetadata<Effect>() is null).Select(endpoint => endpoint.DisplayName).ShouldBeEmpty();
        endpoints.Where(endpoint => !Writes(endpoint) && endpoint.Metadata.GetMetadata<Effect>() is { Kind: EffectKind.Mutation }).Select(endpoint => endpoint.DisplayName).ShouldBeEmpty();

        static bool Writes(RouteEndpoint endpoint) =>
            endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is not { HttpMethods: var methods } || methods.Any(method => method is not ("GET" or "HEAD" or "OPTIONS"));
    }

    [Fact]
    public async Task Only_probes_the_description_and_the_pages_are_open_to_everybody()
    {
        await using var home = await TestHome.Start();

        var open = home.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<Demand>() is { Permission: null } && endpoint.Metadata.GetMetadata<PageRoutes.Mark>() is null)
            .Select(endpoint => endpoint.RoutePattern.RawText!.TrimStart('/'));

        open.Order(StringComparer.Ordinal).ShouldBe(
            ["health", "health/live", "health/ready", "metrics", "openapi/{documentName}.json", "ping", "v2/health/live", "v2/health/ready", "v2/{**rest}", "version"]);
    }

    [Fact]
    public async Task An_endpoint_that_declares_no_permission_is_refused_to_everybody()
    {
        await using var host = await EndpointHost.Start(routes => routes.MapGet("/forgotten", () => "secret"));

        var answer = await host.Http.GetAsync("/forgotten");

        await answer.ShouldBeProblem(HttpStatusCode.Forbidden, "access.no-permission-declared");
    }

    [Fact]
    public void A_caller_without_the_permission_is_refused_and_told_which_one_is_missing()
    {
        var reader = new Caller(WorkspaceId.Default, "reader", FrozenSet.ToFrozenSet([Permission.RunsRead]));

        var refusal = PermissionGuard.Refuse(EndpointWith(new Demand(Permission.ModelsPromote)), reader);

        refusal.ShouldBeOfType<Refusal.Forbidden>().Code.ShouldBe("access.permission-missing");
        refusal!.Detail.ShouldContain("models:promote");
        refusal.Detail.ShouldContain("reader");
        PermissionGuard.Refuse(EndpointWith(new Demand(Permission.RunsRead)), reader).ShouldBeNull();
        PermissionGuard.Refuse(EndpointWith(new Demand(null)), reader).ShouldBeNull();
    }

    private static RouteEndpoint EndpointWith(params object[] metadata) =>
        new(_ => Task.CompletedTask, Microsoft.AspNetCore.Routing.Patterns.RoutePatternFactory.Parse("/x"), 0, new EndpointMetadataCollection(metadata), "x");
}

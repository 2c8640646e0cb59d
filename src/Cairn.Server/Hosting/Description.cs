using Cairn.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Server.Hosting;

/// <summary>The description of the API at /openapi/v1.json, and a page to read and try it at /docs.</summary>
internal static class Description
{
    public static IServiceCollection AddDescription(this IServiceCollection services) => services.AddOpenApi("v1", openApi =>
    {
        openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Cairn";
            document.Info.Version = RunningServer.Version;
            document.Info.Description = "From data to monitored predictions. Times are microseconds UTC; lists are paged with `limit` and `page_token`; errors are RFC 9457 problems with a stable `code`; reads carry an `ETag` and answer 304 to `If-None-Match`.";
            document.Servers = []; // wherever this document was read from
            return Task.CompletedTask;
        });
        openApi.AddOperationTransformer((operation, context, _) =>
        {
            operation.Deprecated = context.Description.ActionDescriptor.EndpointMetadata.OfType<ObsoleteAttribute>().Any();
            return Task.CompletedTask;
        });
    });

    public static void UseDescription(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").Anonymous();
        // Asked on its own path only: a prediction does not pass through it.
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/docs", StringComparison.Ordinal), docs => docs.UseSwaggerUI(page =>
        {
            page.RoutePrefix = "docs";
            page.DocumentTitle = "Cairn API";
            page.SwaggerEndpoint("/openapi/v1.json", "Cairn");
            page.DisplayRequestDuration();
        }));
    }
}

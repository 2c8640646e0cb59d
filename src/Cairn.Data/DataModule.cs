using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Data;

/// <summary>Sources, contracts, dataset versions, expressions.</summary>
public static class DataModule
{
    public static IServiceCollection AddData(this IServiceCollection services) => services.AddSingleton<Datasets>();

    public static IEndpointRouteBuilder MapData(this IEndpointRouteBuilder routes) => routes;
}
